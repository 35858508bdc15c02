/// A text with signatures (c2sp.org/signed-note). It says nothing until ``verify(by:)`` has found a signature of a key
/// that is trusted.
public struct SignedNote: Sendable, Hashable, CustomStringConvertible {
  /// The most bytes that are taken in: room for 16 signatures of 5 kB with as much text again.
  public static let maximumBytes = 256 * 1024
  /// The most signatures that are taken in.
  public static let maximumSignatures = 64

  /// A signature line.
  public struct Signature: Sendable, Hashable {
    /// The name of the key.
    public let name: String
    /// The id of the key.
    public let keyID: UInt32
    /// What the key made, without its id; for a cosignature with the time.
    public let bytes: [UInt8]

    var line: String {
      let id = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyID >> $0) }
      return "— \(name) \(Base64.encode(id + bytes))\n"
    }
  }

  /// The text, with the line feed at its end.
  public let text: String
  /// The signatures, in the order of their lines. None of them is verified.
  public private(set) var signatures: [Signature]

  /// A note without a signature.
  ///
  /// - Throws: when the text does not end with a line feed, or has other control characters.
  public init(text: String) throws(MalformedInput) {
    try SignedNote.check(text)
    guard text.utf8.last == UInt8(ascii: "\n") else {
      throw SignedNote.fault("the text does not end with a line feed", remedy: "End the last line.")
    }
    self.text = text
    signatures = []
  }

  /// Parses a note. It is written again (``description``) exactly as it was.
  public init(parsing bytes: some Collection<UInt8>) throws(MalformedInput) {
    guard bytes.count <= SignedNote.maximumBytes else {
      throw SignedNote.fault("it has more than \(SignedNote.maximumBytes) bytes", remedy: "Send the note alone.")
    }
    guard let whole = String(validating: bytes, as: UTF8.self) else {
      throw SignedNote.fault("it is not UTF-8", remedy: "Send the note as it was served.")
    }
    try SignedNote.check(whole)
    let units = Array(whole.utf8)
    let feed = UInt8(ascii: "\n")
    // The last empty line parts text and signatures; the text may have empty lines of its own.
    guard let blank = units.indices.dropFirst().last(where: { units[$0] == feed && units[$0 - 1] == feed }),
      blank + 1 < units.count
    else {
      throw SignedNote.fault(
        "there is no empty line with signatures behind it", remedy: "Sign the text, or send the note whole.")
    }
    guard units.last == feed else {
      throw SignedNote.fault("the last signature line is not ended", remedy: "End it with a line feed.")
    }
    text = String(decoding: units[..<blank], as: UTF8.self)
    signatures = []
    var lines = LineReader(units)
    while lines.position <= blank { _ = lines.next() }
    while let line = lines.next() {
      guard signatures.count < SignedNote.maximumSignatures else {
        throw SignedNote.fault(
          "it has more than \(SignedNote.maximumSignatures) signatures", remedy: "Keep those of keys that are trusted.")
      }
      guard let signature = Signature(line: line) else {
        throw SignedNote.fault(
          line: lines.number, "this is not a signature", remedy: "A signature line is: — NAME BASE64.")
      }
      signatures.append(signature)
    }
  }

  /// Adds a signature, in place of one of the same key.
  public mutating func add(_ signature: Signature) {
    signatures.removeAll { $0.keyID == signature.keyID && $0.name.utf8.elementsEqual(signature.name.utf8) }
    signatures.append(signature)
  }

  /// The note as it is sent and kept.
  public var description: String { text + "\n" + signatures.map(\.line).joined() }

  /// The bytes of ``description``.
  public var bytes: [UInt8] { Array(description.utf8) }

  /// The keys that signed the text, of those that are trusted. Signatures of others are ignored.
  ///
  /// - Throws: ``NoteFault`` when none of them did, or when a signature that names one of them is not its own.
  @discardableResult
  public func verify(by keys: [VerifierKey]) throws(NoteFault) -> [VerifierKey] {
    var signers: [VerifierKey] = []
    for key in keys where !signers.contains(key) {
      guard let signature = signatures.first(where: { key.isNamed(by: $0) }) else { continue }
      guard key.verifies(signature, over: text) else { throw .wrongSignature(key: key.label) }
      signers.append(key)
    }
    if signers.isEmpty { throw .notSigned(by: keys.map(\.label)) }
    return signers
  }

  private static func check(_ text: String) throws(MalformedInput) {
    if let unit = text.utf8.first(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") }) {
      throw fault(
        "it has the control character U+00\(unit < 16 ? "0" : "")\(String(unit, radix: 16, uppercase: true))",
        remedy: "Lines end with a line feed alone; remove all other control characters.")
    }
  }

  private static func fault(line: Int? = nil, _ message: String, remedy: String) -> MalformedInput {
    MalformedInput("signed note", line: line, message, remedy: remedy)
  }
}

extension SignedNote.Signature {
  init?(line: ArraySlice<UInt8>) {
    guard let rest = line.after("— "), let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let name = String(validating: rest[..<space], as: UTF8.self), VerifierKey.isName(name),
      let bytes = Base64.decode(rest[(space + 1)...]), bytes.count >= 5
    else { return nil }
    self.init(name: name, keyID: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }, bytes: Array(bytes.dropFirst(4)))
  }
}

/// Why a note is not to be believed.
public enum NoteFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// It is no note, or its text is no checkpoint.
  case malformed(MalformedInput)
  /// None of the trusted keys signed it.
  case notSigned(by: [String])
  /// The signature that names a trusted key was not made by it over this text.
  case wrongSignature(key: String)
  /// It is a checkpoint of another log.
  case otherOrigin(found: String, expected: String)

  /// What is wrong, and what that means.
  public var description: String {
    switch self {
    case .malformed(let fault): fault.description
    case .notSigned(let keys): "the note is not signed by \(keys.isEmpty ? "any key" : keys.joined(separator: " or "))"
    case .wrongSignature(let key): "the signature of \(key) does not fit the text: one of them was altered"
    case .otherOrigin(let found, let expected): "the checkpoint is of the log \(found), and not of \(expected)"
    }
  }
}
