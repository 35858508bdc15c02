/// A range of addresses in CIDR notation: an address and how many of its leading bits are fixed.
///
/// The bits after the prefix are kept: `10.0.0.1/8` and `10.0.0.0/8` contain the same addresses but differ.
///
/// Source: RFC 4632, section 3.1; RFC 4291, section 2.3.
struct AddressRange: Hashable, Sendable {
  /// The address.
  let address: IPAddress
  /// The number of leading bits that are fixed.
  let prefixLength: Int

  /// Makes a range.
  init(address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Reads a range, such as `192.0.2.0/24`.
  init(_ text: String) throws(IPAddress.Fault) {
    guard let slash = text.lastIndex(of: "/") else { throw .malformed }
    let start = text[..<slash]
    address = try IPAddress(start)
    // The prefix length of an IPv4-mapped range counts other bits than that of the IPv4 range.
    if address.family == .version4, start.utf8.contains(UInt8(ascii: ":")) { throw .mapped }
    let digits = Array(text[text.index(after: slash)...].utf8)
    guard let length = IPAddress.decimal(digits[...], maximum: address.width) else { throw .malformed }
    prefixLength = length
  }

  /// The range with every bit after the prefix cleared.
  var masked: AddressRange {
    let hostBits = UInt128(address.width - prefixLength)
    return AddressRange(
      address: IPAddress(address.family, (address.bits >> hostBits) << hostBits), prefixLength: prefixLength)
  }

  /// Whether the address lies in the range; addresses of the other version never do.
  func contains(_ other: IPAddress) -> Bool {
    let hostBits = UInt128(address.width - prefixLength)
    return address.family == other.family && address.bits >> hostBits == other.bits >> hostBits
  }

  /// Whether all addresses of the other range lie in this one.
  func contains(_ other: AddressRange) -> Bool {
    prefixLength <= other.prefixLength && contains(other.address)
  }
}

extension AddressRange: CustomStringConvertible {
  /// The canonical address, a slash, the prefix length.
  var description: String { "\(address)/\(prefixLength)" }
}
