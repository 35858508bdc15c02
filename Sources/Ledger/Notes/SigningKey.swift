import Compliance
import Crypto

/// A private key that signs notes, in the text form of Go's note package: `PRIVATE+KEY+NAME+ID+BASE64`. Whoever has
/// the text can sign: it belongs into a file that only the service can read, and never into the database.
public struct SigningKey: Sendable {
  /// What verifies its signatures.
  public let verifierKey: VerifierKey
  private let key: Curve25519.Signing.PrivateKey

  /// A new key.
  ///
  /// - Throws: when the name is empty, too long, or has spaces or a plus.
  public init(name: String, algorithm: VerifierKey.Algorithm = .ed25519) throws(MalformedInput) {
    try self.init(name: name, algorithm: algorithm, key: Curve25519.Signing.PrivateKey())
  }

  /// A key from its text. A line feed at its end is allowed.
  public init(_ text: String) throws(MalformedInput) {
    let parts = (text.last == "\n" ? text.dropLast() : text[...])
      .split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
    guard text.utf8.count <= 512, parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY" else {
      throw SigningKey.fault("it does not begin with PRIVATE+KEY+ and three parts behind it")
    }
    guard let bytes = Base64.decode(parts[4].utf8), let first = bytes.first,
      let algorithm = VerifierKey.Algorithm(rawValue: first),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
    else { throw SigningKey.fault("its last part is not the base64 of an Ed25519 key") }
    try self.init(name: String(parts[2]), algorithm: algorithm, key: key)
    guard parts[3] == VerifierKey.text(of: verifierKey.id) else {
      throw SigningKey.fault("its id does not fit its name and key")
    }
  }

  private init(
    name: String, algorithm: VerifierKey.Algorithm, key: Curve25519.Signing.PrivateKey
  ) throws(MalformedInput) {
    self.key = key
    verifierKey = try VerifierKey(name: name, algorithm: algorithm, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// The secret text, without a line feed.
  public var secretText: String {
    let secret = Base64.encode([verifierKey.algorithm.rawValue] + Array(key.rawRepresentation))
    return "PRIVATE+KEY+\(verifierKey.label)+\(secret)"
  }

  /// A signature over the text of a note.
  ///
  /// - Parameters:
  ///   - text: the note's text, with its last line feed.
  ///   - time: when it is signed; a cosignature states it, to the second.
  public func sign(_ text: String, at time: Instant = .now) throws -> SignedNote.Signature {
    let bytes: [UInt8]
    switch verifierKey.algorithm {
    case .ed25519: bytes = Array(try key.signature(for: Array(text.utf8)))
    case .cosignatureV1:
      let seconds = UInt64(clamping: time.microsecondsSinceEpoch / 1_000_000)
      bytes =
        Cosignature.bytes(of: seconds)
        + Array(try key.signature(for: Cosignature.message(text, seconds: seconds)))
    }
    return SignedNote.Signature(name: verifierKey.name, keyID: verifierKey.id, bytes: bytes)
  }

  private static func fault(_ message: String) -> MalformedInput {
    MalformedInput("signing key", message, remedy: "Give the file that was written when the key was made, unchanged.")
  }
}
