extension Library {
  /// IP addresses and CIDR ranges: `ip`, `cidr`, `isIP`, `isCIDR`, `ip.isCanonical` and the functions on both.
  ///
  /// Source: cel-go `ext`, "Network", which follows the Kubernetes CEL network library.
  public static let network = Library(
    name: "network",
    functions: [
      FunctionDeclaration(
        "ip",
        [
          Overload("string_to_ip", .global, [.string], NetworkValue.ipType, .unary(NetworkFunctions.ip)),
          Overload(
            "cidr_ip", .receiver, [NetworkValue.cidrType], NetworkValue.ipType,
            .unary(NetworkFunctions.addressOfRange)),
        ]),
      FunctionDeclaration(
        "cidr",
        [Overload("string_to_cidr", .global, [.string], NetworkValue.cidrType, .unary(NetworkFunctions.cidr))]
      ),
      FunctionDeclaration(
        "isIP", [Overload("is_ip", .global, [.string], .bool, .unary(NetworkFunctions.isIP))]),
      FunctionDeclaration(
        "isCIDR", [Overload("is_cidr", .global, [.string], .bool, .unary(NetworkFunctions.isCIDR))]),
      FunctionDeclaration(
        "ip.isCanonical",
        [Overload("ip_is_canonical", .global, [.string], .bool, .unary(NetworkFunctions.isCanonical))]),
      FunctionDeclaration(
        "string",
        [
          Overload(
            "ip_to_string", .global, [NetworkValue.ipType], .string, .unary(NetworkFunctions.string)),
          Overload(
            "cidr_to_string", .global, [NetworkValue.cidrType], .string, .unary(NetworkFunctions.string)),
        ]),
      onAddress("family", "ip_family", .int) { .int($0.family.rawValue) },
      onAddress("isUnspecified", "ip_is_unspecified", .bool) { .bool($0.isUnspecified) },
      onAddress("isLoopback", "ip_is_loopback", .bool) { .bool($0.isLoopback) },
      onAddress("isGlobalUnicast", "ip_is_global_unicast", .bool) { .bool($0.isGlobalUnicast) },
      onAddress("isLinkLocalMulticast", "ip_is_link_local_multicast", .bool) {
        .bool($0.isLinkLocalMulticast)
      },
      onAddress("isLinkLocalUnicast", "ip_is_link_local_unicast", .bool) { .bool($0.isLinkLocalUnicast) },
      FunctionDeclaration(
        "containsIP",
        [
          Overload(
            "cidr_contains_ip", .receiver, [NetworkValue.cidrType, NetworkValue.ipType], .bool,
            .binary(NetworkFunctions.containsIP)),
          Overload(
            "cidr_contains_ip_string", .receiver, [NetworkValue.cidrType, .string], .bool,
            .binary(NetworkFunctions.containsIP)),
        ]),
      FunctionDeclaration(
        "containsCIDR",
        [
          Overload(
            "cidr_contains_cidr", .receiver, [NetworkValue.cidrType, NetworkValue.cidrType], .bool,
            .binary(NetworkFunctions.containsCIDR)),
          Overload(
            "cidr_contains_cidr_string", .receiver, [NetworkValue.cidrType, .string], .bool,
            .binary(NetworkFunctions.containsCIDR)),
        ]),
      FunctionDeclaration(
        "masked",
        [
          Overload(
            "cidr_masked", .receiver, [NetworkValue.cidrType], NetworkValue.cidrType,
            .unary(NetworkFunctions.masked))
        ]),
      FunctionDeclaration(
        "prefixLength",
        [
          Overload(
            "cidr_prefix_length", .receiver, [NetworkValue.cidrType], .int,
            .unary(NetworkFunctions.prefixLength))
        ]),
    ],
    types: ["net.IP": NetworkValue.ipType, "net.CIDR": NetworkValue.cidrType])

  private static func onAddress(
    _ name: String, _ id: String, _ result: CELType, _ body: @escaping @Sendable (IPAddress) -> Value
  ) -> FunctionDeclaration {
    let run: @Sendable (Value) throws(EvaluationError) -> Value = {
      (value: Value) throws(EvaluationError) -> Value in
      body(try NetworkFunctions.address(value))
    }
    return FunctionDeclaration(name, [Overload(id, .receiver, [NetworkValue.ipType], result, .unary(run))])
  }
}

/// An address or a range as a value of CEL.
final class NetworkValue: OpaqueValue {
  /// What the value can be.
  enum Content: Hashable, Sendable {
    case address(IPAddress)
    case range(AddressRange)
  }

  /// The type of addresses.
  static let ipType = CELType.opaque("net.IP", [])
  /// The type of ranges.
  static let cidrType = CELType.opaque("net.CIDR", [])

  /// The address or the range.
  let content: Content

  init(_ content: Content) { self.content = content }

  var type: CELType {
    switch content {
    case .address: Self.ipType
    case .range: Self.cidrType
    }
  }

  func isEqual(to other: any OpaqueValue) -> Bool {
    (other as? NetworkValue)?.content == content
  }

  var description: String {
    switch content {
    case .address(let address): address.description
    case .range(let range): range.description
    }
  }
}
