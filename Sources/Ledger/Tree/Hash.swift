import Compliance
import Crypto
import Foundation

/// A SHA-256 value of 32 bytes: a node of the Merkle tree, or the name of some content.
///
/// It is kept in place, in 32 bytes, so that a tile is one block of memory and a tree is hashed without allocating
/// for every node. All unsafe memory access of this target is in this file.
public struct Hash: Sendable, Hashable {
  /// How many bytes a hash has.
  public static let byteCount = 32

  // The bytes in their order, whatever the machine's.
  private var words: SIMD4<UInt64>

  init(_ digest: SHA256.Digest) {
    words = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
  }

  /// A hash from its 32 bytes; `nil` for any other number of them.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Hash.byteCount else { return nil }
    words = SIMD4()
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  /// A hash from 64 hexadecimal digits in lower case; `nil` for anything else.
  public init?(hexadecimal text: some StringProtocol) {
    words = SIMD4()
    var isRead = false
    var text = String(text)
    text.withUTF8 { digits in
      guard digits.count == 2 * Hash.byteCount else { return }
      isRead = withUnsafeMutableBytes(of: &words) { bytes in
        for index in 0..<Hash.byteCount {
          guard let high = Hash.value(digits[2 * index]), let low = Hash.value(digits[2 * index + 1]) else {
            return false
          }
          bytes[index] = high << 4 | low
        }
        return true
      }
    }
    if !isRead { return nil }
  }

  /// 32 secret random bytes.
  static func random() -> Hash {
    var hash = Hash.emptyRoot
    // One call of the system for all of them; its generator makes one for eight.
    let isMade = withUnsafeMutableBytes(of: &hash.words) { getentropy($0.baseAddress, Hash.byteCount) == 0 }
    if !isMade {
      var generator = SystemRandomNumberGenerator()
      for index in 0..<4 { hash.words[index] = generator.next() }
    }
    return hash
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

  /// 64 hexadecimal digits in lower case.
  public var hexadecimal: String { bytes.hexadecimal }

  /// Appends the 64 hexadecimal digits.
  func writeHexadecimal(into text: inout [UInt8]) {
    // Digit by digit, each append would ask for room.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * Hash.byteCount) { digits in
      withUnsafeBytes(of: words) { bytes in
        for (index, byte) in bytes.enumerated() {
          digits[2 * index] = Hash.digit(byte >> 4)
          digits[2 * index + 1] = Hash.digit(byte & 15)
        }
      }
      text.append(contentsOf: digits)
    }
  }

  /// Appends the 32 bytes.
  public func write(into bytes: inout [UInt8]) { withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) } }

  private static func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x57) }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Hash {
  /// The SHA-256 of some content.
  public static func of(_ content: some Collection<UInt8>) -> Hash {
    var hasher = SHA256()
    hasher.update(content)
    return Hash(hasher.finalize())
  }

  /// The root of a tree without leaves: the SHA-256 of nothing (RFC 6962 section 2.1).
  public static let emptyRoot = Hash.of([])

  /// The hash of a leaf: SHA-256(0x00 ‖ entry) (RFC 6962 section 2.1).
  public static func leaf(_ entry: [UInt8]) -> Hash { leaf(entry[...]) }

  /// The hash of a leaf: SHA-256(0x00 ‖ entry) (RFC 6962 section 2.1).
  public static func leaf(_ entry: ArraySlice<UInt8>) -> Hash {
    var hasher = SHA256()
    withUnsafeBytes(of: 0 as UInt8) { hasher.update(bufferPointer: $0) }
    entry.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return Hash(hasher.finalize())
  }

  /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1).
  public static func node(_ left: Hash, _ right: Hash) -> Hash {
    var hasher = SHA256()
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 8) { buffer in
      buffer[0] = 1
      buffer.storeBytes(of: left.words, toByteOffset: 1, as: SIMD4<UInt64>.self)
      buffer.storeBytes(of: right.words, toByteOffset: 1 + byteCount, as: SIMD4<UInt64>.self)
      hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
    }
    return Hash(hasher.finalize())
  }

  /// The bytes of hashes one after the other, as a tile has them.
  static func bytes(of hashes: [Hash]) -> [UInt8] { hashes.withUnsafeBytes { Array($0) } }

  /// Hashes from their bytes one after the other; `nil` when the last one is not whole.
  public static func hashes(in bytes: [UInt8]) -> [Hash]? {
    guard bytes.count.isMultiple(of: byteCount) else { return nil }
    return bytes.withUnsafeBytes { buffer in
      (0..<bytes.count / byteCount).map { index in
        var hash = Hash.emptyRoot
        hash.words = buffer.loadUnaligned(fromByteOffset: index * byteCount, as: SIMD4<UInt64>.self)
        return hash
      }
    }
  }
}

extension SHA256 {
  /// Hashes more bytes.
  mutating func update(_ bytes: some Collection<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { update(bufferPointer: UnsafeRawBufferPointer($0)) }
    if done == nil { Array(bytes).withUnsafeBytes { update(bufferPointer: $0) } }
  }
}
