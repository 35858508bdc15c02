import Compliance
import Crypto

/// A public key by which signatures of notes are verified, in the text form of Go's note package and of
/// c2sp.org/signed-note: `NAME+ID+BASE64`, as in `clearance.test/log+403f91f1+AepKbGPinFIK…`.
public struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
  /// What a key signs.
  public enum Algorithm: UInt8, Sendable, CaseIterable {
    /// The text of the note, with Ed25519: how a log signs.
    case ed25519 = 0x01
    /// The text of a checkpoint with the time before it, with Ed25519 (c2sp.org/tlog-cosignature): how a witness signs.
    case cosignatureV1 = 0x04
  }

  /// The most bytes of a name.
  public static let maximumNameBytes = 255

  /// The name; by convention a URL without its scheme. The same name with another key has another ``id``.
  public let name: String
  /// What it signs.
  public let algorithm: Algorithm
  /// The 32 bytes of the Ed25519 public key (RFC 8032).
  public let publicKey: [UInt8]
  /// The first four bytes of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key).
  public let id: UInt32

  /// A key of its parts.
  ///
  /// - Throws: when the name is empty, too long, or has spaces, a plus or control characters, or when the public key
  ///   has not 32 bytes.
  public init(name: String, algorithm: Algorithm, publicKey: [UInt8]) throws(MalformedInput) {
    guard VerifierKey.isName(name) else {
      throw VerifierKey.fault("the name is empty, too long, or has a space or a plus")
    }
    guard publicKey.count == 32 else { throw VerifierKey.fault("the public key has not 32 bytes") }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    id = VerifierKey.id(name: name, algorithm: algorithm, publicKey: publicKey)
  }

  /// A key from its text.
  public init(_ text: String) throws(MalformedInput) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, text.utf8.count <= 512 else { throw VerifierKey.fault("it has not three parts") }
    guard let key = Base64.decode(parts[2].utf8), let first = key.first else {
      throw VerifierKey.fault("its last part is not base64")
    }
    guard let algorithm = Algorithm(rawValue: first) else {
      throw VerifierKey.fault("its algorithm is \(first), and only 1 (Ed25519) and 4 (cosignature/v1) are known")
    }
    try self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(key.dropFirst()))
    guard parts[1] == VerifierKey.text(of: id) else {
      throw VerifierKey.fault("its id is \(parts[1]), and name and key have the id \(VerifierKey.text(of: id))")
    }
  }

  /// The text: `NAME+ID+BASE64`.
  public var description: String { "\(label)+\(Base64.encode([algorithm.rawValue] + publicKey))" }

  /// Name and id, by which people tell keys apart: `NAME+ID`.
  public var label: String { "\(name)+\(VerifierKey.text(of: id))" }

  func isNamed(by signature: SignedNote.Signature) -> Bool {
    signature.keyID == id && signature.name.utf8.elementsEqual(name.utf8)
  }

  /// Whether this key made the signature over the text of a note.
  func verifies(_ signature: SignedNote.Signature, over text: String) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    switch algorithm {
    case .ed25519: return key.isValidSignature(signature.bytes, for: Array(text.utf8))
    case .cosignatureV1:
      guard let time = Cosignature.seconds(of: signature) else { return false }
      return key.isValidSignature(
        signature.bytes.dropFirst(Cosignature.timeBytes), for: Cosignature.message(text, seconds: time))
    }
  }

  static func id(name: String, algorithm: Algorithm, publicKey: [UInt8]) -> UInt32 {
    Hash.of(Array(name.utf8) + [0x0A, algorithm.rawValue] + publicKey).bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func text(of id: UInt32) -> String {
    (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) }.hexadecimal
  }

  static func isName(_ name: some StringProtocol) -> Bool {
    (1...maximumNameBytes).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
  }

  private static func fault(_ message: String) -> MalformedInput {
    MalformedInput("verifier key", message, remedy: "Give it whole, as its owner publishes it: NAME+ID+BASE64.")
  }
}
