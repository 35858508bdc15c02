import Compliance

/// What a log says of itself at one time (c2sp.org/tlog-checkpoint): how many entries it has, and the root over them.
///
/// A log never signs two checkpoints that are not consistent with each other; whoever keeps one can hold it to that.
public struct Checkpoint: Sendable, Hashable {
  /// The name of the log; by convention a URL without its scheme, and the name of the key that signs.
  public let origin: String
  /// The number of entries.
  public let size: UInt64
  /// The root of the Merkle tree over them.
  public let root: Hash
  /// Further lines, without meaning here. Logs should have none.
  public let extensions: [String]

  /// Makes a checkpoint.
  ///
  /// - Throws: when the origin or an extension is empty or has control characters, the size is above
  ///   ``Frontier/maximumSize``, or an empty log has a root of its own.
  public init(origin: String, size: UInt64, root: Hash, extensions: [String] = []) throws(MalformedInput) {
    for (index, line) in ([origin] + extensions).enumerated() {
      guard !line.isEmpty, line.utf8.allSatisfy({ $0 >= 0x20 }) else {
        throw Checkpoint.fault(index == 0 ? 1 : index + 3, "it is empty or has control characters")
      }
    }
    guard size <= Frontier.maximumSize else { throw Checkpoint.fault(2, "the size is too large") }
    guard size > 0 || root == .emptyRoot else {
      throw Checkpoint.fault(3, "an empty log has the root \(Hash.emptyRoot.base64)")
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// A checkpoint from the text of a note. It is written again exactly as it was.
  public init(text: String) throws(MalformedInput) {
    var reader = LineReader(Array(text.utf8))
    var lines: [ArraySlice<UInt8>] = []
    while let line = reader.next() { lines.append(line) }
    guard reader.rest.isEmpty, lines.count >= 3 else {
      throw Checkpoint.fault(nil, reader.rest.isEmpty ? "it has fewer than three lines" : "the last line is not ended")
    }
    guard let size = lines[1].size else {
      throw Checkpoint.fault(2, "the size is not a decimal number without leading zeros")
    }
    guard let root = Hash(base64: lines[2]) else { throw Checkpoint.fault(3, "the root is not the base64 of 32 bytes") }
    try self.init(
      origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root,
      extensions: lines.dropFirst(3).map { String(decoding: $0, as: UTF8.self) })
  }

  /// The text that is signed.
  public var text: String {
    ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
  }

  /// The checkpoint as a note, signed.
  public func signed(by keys: [SigningKey], at time: Instant = .now) throws -> SignedNote {
    var note = try SignedNote(text: text)
    for key in keys { note.add(try key.sign(text, at: time)) }
    return note
  }

  /// Reads a checkpoint that a log has signed.
  ///
  /// - Parameters:
  ///   - note: the note, with any other signatures on it.
  ///   - key: the log's key.
  ///   - origin: the log's origin; by default the name of its key.
  /// - Throws: ``NoteFault`` when the log did not sign it, or it is not a checkpoint of this log.
  public init(_ note: SignedNote, signedBy key: VerifierKey, origin: String? = nil) throws(NoteFault) {
    try note.verify(by: [key])
    do {
      try self.init(text: note.text)
    } catch {
      throw .malformed(error)
    }
    let expected = origin ?? key.name
    guard self.origin.utf8.elementsEqual(expected.utf8) else {
      throw .otherOrigin(found: self.origin, expected: expected)
    }
  }

  private static func fault(_ line: Int?, _ message: String) -> MalformedInput {
    MalformedInput(
      "checkpoint", line: line, message, remedy: "A checkpoint has the lines origin, size and root in base64.")
  }
}
