import Compliance
import Crypto
import Foundation

/// What makes a ``Commitment`` unguessable: 32 secret bytes, of which each record has its own. When they are destroyed,
/// nobody can tell any more what a leaf committed to, not even by trying names.
public struct Salt: Sendable, Hashable {
  /// The bytes.
  public let bytes: [UInt8]

  /// A salt as it was kept; `nil` unless there are 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// The salt of one record, made of a key that is destroyed when its account is erased:
  /// HMAC-SHA-256(key, "clearance salt 1\n" ‖ record).
  ///
  /// - Parameters:
  ///   - key: the secret, 32 bytes or more.
  ///   - record: the id of the record, as its leaf has it.
  public init(key: [UInt8], record: String) {
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("clearance salt 1\n\(record)".utf8), using: SymmetricKey(data: key))
    bytes = Array(code)
  }

  /// 32 random bytes.
  public static func random() -> Salt { Salt(bytes: Hash.random().bytes) }

  private init(bytes: [UInt8]) { self.bytes = bytes }
}

/// A salted SHA-256 over the personal part of a record. It is in the leaf; the personal part and the salt are not.
///
/// It covers the texts exactly as they are kept:
/// SHA-256(salt ‖ for each text: 0x01 ‖ its length in bytes as 64 bits, big-endian ‖ its UTF-8), with 0x00 alone for a
/// text that is not there. What the texts are, and their order, each leaf says.
public struct Commitment: Sendable, Hashable {
  /// The hash.
  public let hash: Hash

  /// A commitment as a leaf has it.
  public init(hash: Hash) { self.hash = hash }

  /// Commits to texts.
  public init(to texts: [String?], salt: Salt) {
    self.init(toUTF8: texts.map { $0.map { Array($0.utf8) } }, salt: salt)
  }

  /// Commits to texts by their UTF-8.
  public init(toUTF8 texts: [[UInt8]?], salt: Salt) {
    var hasher = SHA256()
    // What lies between two long texts is hashed in one piece.
    var piece = salt.bytes
    for text in texts {
      guard let text else {
        piece.append(0)
        continue
      }
      piece.append(1)
      for shift in stride(from: 56, through: 0, by: -8) { piece.append(UInt8(truncatingIfNeeded: text.count >> shift)) }
      if text.count <= 256 {
        piece += text
      } else {
        hasher.update(piece)
        hasher.update(text)
        piece.removeAll(keepingCapacity: true)
      }
    }
    hasher.update(piece)
    hash = Hash(hasher.finalize())
  }
}
