import Compliance
import Crypto
import Foundation
import PostgreSQL

/// What keeps a record's personal part: the key that seals it, and the salt of what the log says of it. Each record has
/// its own, from the start; erasing the record's account deletes it.
///
/// Texts are sealed with AES-256-GCM (NIST SP 800-38D). The key is of one record, and each of the record's few texts is
/// sealed once, under the number of its part: no pair of key and nonce comes twice. What is authenticated with a text is
/// whose it is: the 16 bytes of the record's id, and the account's id.
public struct RecordSecret: Sendable {
  /// Which text of a record is sealed.
  enum Part: UInt8 {
    /// Of a decision, the facts and the answer.
    case decision
    case reason
    case revocation
  }

  /// How many bytes there are: the key and the salt, 32 each.
  static let byteCount = 64
  private static let tagBytes = 16

  /// The key, then the salt.
  let bytes: [UInt8]
  private let key: SymmetricKey

  /// A secret as it is kept; `nil` for any other number of bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == RecordSecret.byteCount else { return nil }
    self.bytes = bytes
    key = SymmetricKey(data: bytes[..<32])
  }

  /// A new one with a salt that was made already.
  init(salt: some Collection<UInt8>) {
    precondition(salt.count == 32, "a salt has 32 bytes")
    let random = RecordSecret.random(32)
    bytes = random + salt
    key = SymmetricKey(data: random)
  }

  /// A new one.
  init() { self.init(salt: RecordSecret.random(32)) }

  private static func random(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // One call of the system for all of them; its generator makes one for eight.
      if getentropy(buffer.baseAddress, count) != 0 {
        var generator = SystemRandomNumberGenerator()
        for index in 0..<count { buffer[index] = generator.next() }
      }
      filled = count
    }
  }

  /// The salt of what the log says of the record.
  var salt: [UInt8] { Array(bytes[32...]) }

  /// Seals a text: the cipher's bytes and 16 more.
  func seal(_ text: [UInt8], _ part: Part, of record: UUID, _ account: String) -> [UInt8] {
    do {
      let box = try AES.GCM.seal(
        text, using: key, nonce: RecordSecret.nonce(part), authenticating: RecordSecret.owner(record, account))
      var sealed: [UInt8] = []
      sealed.reserveCapacity(text.count + RecordSecret.tagBytes)
      sealed += box.ciphertext
      sealed += box.tag
      return sealed
    } catch {
      preconditionFailure("a key of 32 bytes and a nonce of 12 seal any text that fits into memory: \(error)")
    }
  }

  /// Opens what was sealed; `nil` if it, the key, or whose it is was altered.
  func open(_ sealed: [UInt8], _ part: Part, of record: UUID, _ account: String) -> [UInt8]? {
    opened(sealed, part, of: record, account).map { Array($0) }
  }

  private func opened(_ sealed: [UInt8], _ part: Part, of record: UUID, _ account: String) -> Data? {
    guard sealed.count >= RecordSecret.tagBytes else { return nil }
    let end = sealed.count - RecordSecret.tagBytes
    guard
      let box = try? AES.GCM.SealedBox(
        nonce: RecordSecret.nonce(part), ciphertext: sealed[..<end], tag: sealed[end...])
    else { return nil }
    return try? AES.GCM.open(box, using: key, authenticating: RecordSecret.owner(record, account))
  }

  /// Seals the facts and the answer of a decision.
  func seal(facts: [UInt8], answer: [UInt8], of record: UUID, _ account: String) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(4 + facts.count + answer.count)
    let count = UInt32(clamping: facts.count)
    for shift in stride(from: 24, through: 0, by: -8) { text.append(UInt8(truncatingIfNeeded: count >> shift)) }
    text += facts
    text += answer
    return seal(text, .decision, of: record, account)
  }

  /// Opens what is sealed of a decision; `nil` if it, the secret, or whose it is was altered.
  static func open(
    _ sealed: [UInt8], _ kept: [UInt8], of record: UUID, _ account: String
  ) -> (facts: [UInt8], answer: [UInt8], salt: [UInt8])? {
    guard let secret = RecordSecret(kept), let text = secret.opened(sealed, .decision, of: record, account)
    else { return nil }
    return text.withUnsafeBytes { text in
      guard text.count >= 4 else { return nil }
      let count = text[..<4].reduce(0) { $0 << 8 | Int($1) }
      guard count <= text.count - 4 else { return nil }
      return (Array(text[4..<4 + count]), Array(text[(4 + count)...]), secret.salt)
    }
  }

  private static let nonces: [AES.GCM.Nonce] = (0..<3).map { part in
    do {
      return try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 11) + [UInt8(part)])
    } catch {
      preconditionFailure("a nonce has 12 bytes: \(error)")
    }
  }

  private static func nonce(_ part: Part) -> AES.GCM.Nonce { nonces[Int(part.rawValue)] }

  private static func owner(_ record: UUID, _ account: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16 + account.utf8.count)
    withUnsafeBytes(of: record.uuid) { bytes.append(contentsOf: $0) }
    bytes += account.utf8
    return bytes
  }
}

/// Whether the personal part of a record can be read.
public enum Disclosure: Sendable, Hashable {
  /// It can.
  case readable
  /// Its key was deleted.
  case erased
  /// It does not open: it, its key, or whose it is was altered.
  case damaged
}

extension RecordSecret {
  /// A text as a record has it: sealed, or as it was kept before there were keys.
  struct Cell {
    /// The text, where it can be read.
    let text: [UInt8]?
    let disclosure: Disclosure

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - plain: the text, of a record from before there were keys.
    ///   - sealed: the sealed text of others.
    ///   - secret: the record's secret.
    init(
      plain: [UInt8]?, sealed: [UInt8]?, _ secret: [UInt8]?, _ part: Part, of record: UUID, _ account: String
    ) {
      if let plain {
        (text, disclosure) = (plain, .readable)
      } else if let sealed, let secret {
        text = RecordSecret(secret)?.open(sealed, part, of: record, account)
        disclosure = text == nil ? .damaged : .readable
      } else {
        (text, disclosure) = (nil, .erased)
      }
    }

    /// The text of a column that has one if another is there; it is not asked whether it could have one.
    var string: String? { text.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// Keeps the secret of a record, in the transaction that records it.
  nonisolated(nonsending) func keep(of record: UUID, _ db: Connection) async throws {
    _ = try await db.execute(
      "insert into account_keys (record, secret) values ($1, $2)", [.uuid(record), .bytea(bytes)])
  }
}
