/// An IPv4 or IPv6 address.
///
/// Source: RFC 4291, section 2.2 (reading IPv6); RFC 5952 (writing it); the Kubernetes CEL network library
/// for what is refused: zones, IPv4-mapped IPv6 addresses in dotted form, leading zeros.
struct IPAddress: Hashable, Sendable {
  /// The versions of the protocol.
  enum Family: Int64, Sendable {
    case version4 = 4
    case version6 = 6
  }

  /// The version.
  let family: Family
  /// The address as a number; IPv4 has 32 bits.
  let bits: UInt128

  /// The bits of an address.
  var width: Int { family == .version4 ? 32 : 128 }

  // MARK: Kinds

  /// `0.0.0.0` or `::`.
  var isUnspecified: Bool { bits == 0 }

  /// `127.0.0.0/8` or `::1`.
  var isLoopback: Bool {
    family == .version4 ? bits >> 24 == 127 : bits == 1
  }

  /// `224.0.0.0/4` or `ff00::/8`.
  var isMulticast: Bool {
    family == .version4 ? bits >> 28 == 0xE : bits >> 120 == 0xFF
  }

  /// `224.0.0.0/24`, or `ff02::/16` with any flags.
  var isLinkLocalMulticast: Bool {
    family == .version4 ? bits >> 8 == 0xE00000 : (bits >> 112) & 0xFF0F == 0xFF02
  }

  /// `169.254.0.0/16` or `fe80::/10`.
  var isLinkLocalUnicast: Bool {
    family == .version4 ? bits >> 16 == 0xA9FE : bits >> 118 == 0x3FA
  }

  /// Whether the address may name one host beyond the link; private addresses may.
  var isGlobalUnicast: Bool {
    let isBroadcast = family == .version4 && bits == 0xFFFF_FFFF
    return !(isUnspecified || isLoopback || isMulticast || isLinkLocalUnicast || isBroadcast)
  }

  // MARK: Text

  /// Why a text is not an address that can be used.
  enum Fault: Error, Sendable {
    /// It is not an address.
    case malformed
    /// It has a zone, such as `%eth0`.
    case zone
    /// It is an IPv4 address written as an IPv6 one, such as `::ffff:192.0.2.1`.
    case mapped
  }

  /// Makes an address from its number.
  init(_ family: Family, _ bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// Reads an address.
  init(_ text: some StringProtocol) throws(Fault) {
    let bytes = Array(text.utf8)
    // The longest address is 45 characters; a zone may follow.
    guard bytes.count <= 1_024 else { throw .malformed }
    if !bytes.contains(UInt8(ascii: ":")) {
      guard let number = Self.parseVersion4(bytes[...]) else { throw .malformed }
      self.init(.version4, UInt128(number))
      return
    }
    if let percent = bytes.firstIndex(of: UInt8(ascii: "%")) {
      guard percent + 1 < bytes.count, Self.parseVersion6(bytes[..<percent]) != nil else { throw .malformed }
      throw .zone
    }
    guard let number = Self.parseVersion6(bytes[...]) else { throw .malformed }
    guard number >> 32 == 0xFFFF else {
      self.init(.version6, number)
      return
    }
    // The dotted form is refused. The hexadecimal one names an IPv4 host, and is taken as that: kept as
    // another address, it would be a way around every rule on IPv4 ranges.
    if bytes.contains(UInt8(ascii: ".")) { throw .mapped }
    self.init(.version4, number & 0xFFFF_FFFF)
  }

  private static func parseVersion4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let fields = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard fields.count == 4 else { return nil }
    var number: UInt32 = 0
    for field in fields {
      guard let value = decimal(field, maximum: 255) else { return nil }
      number = number << 8 | UInt32(value)
    }
    return number
  }

  private static func parseVersion6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    // At most one `::`, which stands for one group of zeros or more.
    var groups: [UInt16] = []
    var gap: Int?
    var index = bytes.startIndex
    let end = bytes.endIndex
    if bytes.starts(with: [0x3A, 0x3A]) {
      gap = 0
      index += 2
    }
    while index < end {
      guard groups.count < 8 else { return nil }
      let stop = bytes[index...].firstIndex(of: 0x3A) ?? end
      let field = bytes[index..<stop]
      if field.contains(UInt8(ascii: ".")) {
        guard stop == end, groups.count <= 6, let number = parseVersion4(field) else { return nil }
        groups += [UInt16(truncatingIfNeeded: number >> 16), UInt16(truncatingIfNeeded: number)]
        break
      }
      guard (1...4).contains(field.count), let group = hexadecimal(field) else { return nil }
      groups.append(group)
      index = stop
      guard index < end else { break }
      index += 1
      // A colon must be followed by a field or by the second colon of the gap.
      guard index < end else { return nil }
      if bytes[index] == 0x3A {
        guard gap == nil else { return nil }
        gap = groups.count
        index += 1
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    return groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  /// A decimal number without sign or leading zeros.
  static func decimal(_ field: ArraySlice<UInt8>, maximum: Int) -> Int? {
    guard (1...3).contains(field.count), field.count == 1 || field.first != 0x30 else { return nil }
    var value = 0
    for byte in field {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value <= maximum ? value : nil
  }

  private static func hexadecimal(_ field: ArraySlice<UInt8>) -> UInt16? {
    var value: UInt16 = 0
    for byte in field {
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt16(byte - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt16(byte - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }
}

extension IPAddress: CustomStringConvertible {
  /// The canonical text (RFC 5952): lower case, no leading zeros, the first of the longest runs of two or more
  /// zero groups as `::`.
  var description: String {
    if family == .version4 {
      return [24, 16, 8, 0].map { String((bits >> UInt128($0)) & 0xFF) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
    var longest = 0..<0
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, groups[end] == 0 { end += 1 }
      if end - index > longest.count { longest = index..<end }
      index = max(end, index + 1)
    }
    func written(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard longest.count >= 2 else { return written(0..<8) }
    return written(0..<longest.lowerBound) + "::" + written(longest.upperBound..<8)
  }
}
