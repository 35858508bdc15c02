import Compliance

/// A trace by a hash of its kind and value. The same everywhere and for ever, so that it can be stored.
///
/// The hash is SipHash-2-4 (Aumasson and Bernstein 2012) of the value; the top four bits are the kind.
/// Under ``standardSecret`` anybody can compute it; a service whose customers must not be able to make two values
/// collide on purpose gives a secret of its own.
public struct TraceKey: Sendable, Hashable {
  /// Kind and hash.
  public let rawValue: UInt64

  /// The secret that is used when none is given.
  public static let standardSecret: (UInt64, UInt64) = (0x636c_6561_7261_6e63, 0x6c69_6e6b_6167_6521)

  /// A stored key; `nil` for a number that no kind has.
  public init?(rawValue: UInt64) {
    guard TraceKind(rawValue: UInt8(rawValue >> 60)) != nil else { return nil }
    self.rawValue = rawValue
  }

  /// The key of a value, which must be in its normal form already.
  public init(_ kind: TraceKind, _ value: some StringProtocol, secret: (UInt64, UInt64) = standardSecret) {
    var copy = String(value)
    let hash = copy.withUTF8 { sipHash($0, secret) }
    rawValue = UInt64(kind.rawValue) << 60 | hash & 0x0fff_ffff_ffff_ffff
  }

  /// The kind.
  public var kind: TraceKind { TraceKind(rawValue: UInt8(rawValue >> 60)) ?? .card }
}

/// SipHash-2-4 of bytes.
func sipHash(_ bytes: some Collection<UInt8>, _ key: (UInt64, UInt64)) -> UInt64 {
  var v0 = key.0 ^ 0x736f_6d65_7073_6575
  var v1 = key.1 ^ 0x646f_7261_6e64_6f6d
  var v2 = key.0 ^ 0x6c79_6765_6e65_7261
  var v3 = key.1 ^ 0x7465_6462_7974_6573
  func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }
  func round() {
    v0 &+= v1
    v1 = rotate(v1, 13) ^ v0
    v0 = rotate(v0, 32)
    v2 &+= v3
    v3 = rotate(v3, 16) ^ v2
    v0 &+= v3
    v3 = rotate(v3, 21) ^ v0
    v2 &+= v1
    v1 = rotate(v1, 17) ^ v2
    v2 = rotate(v2, 32)
  }
  func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }
  var word: UInt64 = 0
  var filled: UInt64 = 0
  var length: UInt64 = 0
  for byte in bytes {
    word |= UInt64(byte) << (8 * filled)
    filled += 1
    length &+= 1
    if filled == 8 {
      absorb(word)
      word = 0
      filled = 0
    }
  }
  absorb(word | length << 56)
  v2 ^= 0xff
  for _ in 0..<4 { round() }
  return v0 ^ v1 ^ v2 ^ v3
}
