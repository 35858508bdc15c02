/// What the functions of the network library do.
enum NetworkFunctions {
  // MARK: Reading

  static func ip(_ text: Value) throws(EvaluationError) -> Value {
    .opaque(NetworkValue(.address(try parseAddress(text.text()))))
  }

  static func cidr(_ text: Value) throws(EvaluationError) -> Value {
    .opaque(NetworkValue(.range(try parseRange(text.text()))))
  }

  static func isIP(_ text: Value) throws(EvaluationError) -> Value {
    .bool((try? IPAddress(text.text())) != nil)
  }

  static func isCIDR(_ text: Value) throws(EvaluationError) -> Value {
    .bool((try? AddressRange(text.text())) != nil)
  }

  static func isCanonical(_ text: Value) throws(EvaluationError) -> Value {
    let text = try text.text()
    return .bool(try parseAddress(text).description == text)
  }

  private static func parseAddress(_ text: String) throws(EvaluationError) -> IPAddress {
    do {
      return try IPAddress(text)
    } catch {
      throw failure(error, "IP Address", text)
    }
  }

  private static func parseRange(_ text: String) throws(EvaluationError) -> AddressRange {
    do {
      return try AddressRange(text)
    } catch {
      throw failure(error, "CIDR", text)
    }
  }

  private static func failure(
    _ fault: IPAddress.Fault, _ what: String, _ text: String
  ) -> EvaluationError {
    switch fault {
    case .malformed:
      EvaluationError(.conversion, "\(what) '\(text)' parse error during conversion from string")
    case .zone: EvaluationError(.conversion, "\(what) with zone value is not allowed: '\(text)'")
    case .mapped: EvaluationError(.conversion, "IPv4-mapped IPv6 address is not allowed: '\(text)'")
    }
  }

  // MARK: Arguments

  /// The address, where the value is one.
  static func address(_ value: Value) throws(EvaluationError) -> IPAddress {
    guard case .opaque(let opaque) = value, case .address(let address)? = (opaque as? NetworkValue)?.content
    else { throw EvaluationError(.noSuchOverload, "expected net.IP, found \(value.type.name)") }
    return address
  }

  private static func range(_ value: Value) throws(EvaluationError) -> AddressRange {
    guard case .opaque(let opaque) = value, case .range(let range)? = (opaque as? NetworkValue)?.content
    else { throw EvaluationError(.noSuchOverload, "expected net.CIDR, found \(value.type.name)") }
    return range
  }

  // MARK: Ranges

  static func containsIP(_ target: Value, _ other: Value) throws(EvaluationError) -> Value {
    let range = try range(target)
    if case .string(let text) = other { return .bool(range.contains(try parseAddress(text))) }
    return .bool(range.contains(try address(other)))
  }

  static func containsCIDR(_ target: Value, _ other: Value) throws(EvaluationError) -> Value {
    let outer = try range(target)
    if case .string(let text) = other { return .bool(outer.contains(try parseRange(text))) }
    return .bool(outer.contains(try range(other)))
  }

  static func addressOfRange(_ target: Value) throws(EvaluationError) -> Value {
    .opaque(NetworkValue(.address(try range(target).address)))
  }

  static func masked(_ target: Value) throws(EvaluationError) -> Value {
    .opaque(NetworkValue(.range(try range(target).masked)))
  }

  static func prefixLength(_ target: Value) throws(EvaluationError) -> Value {
    .int(Int64(try range(target).prefixLength))
  }

  static func string(_ value: Value) throws(EvaluationError) -> Value {
    guard case .opaque(let opaque) = value else {
      throw EvaluationError(.noSuchOverload, "expected net.IP or net.CIDR, found \(value.type.name)")
    }
    return .string(opaque.description)
  }
}
