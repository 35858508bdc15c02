import Foundation

// CEL compares strings by code points. Swift's `==` and `hash` use canonical equivalence ("é" in one code
// point equals "e" with an accent in two), so every comparison of CEL strings goes through this file.

/// A string that compares and hashes by its UTF-8 bytes, for use as a key.
struct ExactText: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactText, right: ExactText) -> Bool { left.text.isSameText(as: right.text) }
  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether both strings have the same code points.
  func isSameText(as other: String) -> Bool {
    let count = utf8.count
    guard count == other.utf8.count else { return false }
    var left = self
    var right = other
    return left.withUTF8 { a in
      right.withUTF8 { b in
        guard let first = a.baseAddress, let second = b.baseAddress else { return true }
        return memcmp(first, second, count) == 0
      }
    }
  }

  /// Whether this string comes before the other in code point order (which is the order of UTF-8 bytes).
  func isTextBefore(_ other: String) -> Bool { textOrder(other) < 0 }

  /// Negative, zero or positive as this string is before, the same as or after the other.
  func textOrder(_ other: String) -> Int {
    let count = utf8.count
    let otherCount = other.utf8.count
    var left = self
    var right = other
    let order = left.withUTF8 { a in
      right.withUTF8 { b -> Int in
        guard let first = a.baseAddress, let second = b.baseAddress else { return 0 }
        return Int(memcmp(first, second, Swift.min(count, otherCount)))
      }
    }
    return order != 0 ? order : count - otherCount
  }
}

extension String {
  /// A hash of the bytes, for tables whose contents are not chosen by those who could choose the texts looked up.
  var textHash: UInt64 {
    var copy = self
    return copy.withUTF8 { buffer in
      var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(buffer.count)
      let raw = UnsafeRawBufferPointer(buffer)
      var offset = 0
      while offset + 8 <= raw.count {
        hash = String.mix(hash, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      var tail: UInt64 = 0
      while offset < raw.count {
        tail = tail << 8 | UInt64(raw[offset])
        offset += 1
      }
      return String.mix(hash, tail)
    }
  }

  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }

  /// Whether the bytes are those of a part of an array.
  func hasBytes(_ bytes: [UInt8], from start: Int, count: Int) -> Bool {
    guard utf8.count == count, start + count <= bytes.count else { return false }
    var copy = self
    return copy.withUTF8 { own in
      bytes.withUnsafeBufferPointer { other in
        guard let first = own.baseAddress, let second = other.baseAddress, count > 0 else {
          return count == 0
        }
        return memcmp(first, second + start, count) == 0
      }
    }
  }
}
