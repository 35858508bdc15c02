/// A file that proves, without the log at hand, that an entry is in it (c2sp.org/tlog-proof). Files of this kind are
/// named `*.tlog-proof`.
public struct TLogProof: Sendable, Hashable, CustomStringConvertible {
  /// The most bytes that are taken in.
  public static let maximumBytes = 2 * SignedNote.maximumBytes
  private static let header = "c2sp.org/tlog-proof@v1"

  /// The index of the entry, counted from 0.
  public let index: UInt64
  /// The hashes from the entry's sibling up to the root's child.
  public let path: [Hash]
  /// Whatever the application needs to make the entry again; `nil` for none. Nothing vouches for it by itself.
  public let extra: [UInt8]?
  /// The checkpoint, with the signatures of the log and of witnesses.
  public let checkpoint: SignedNote

  /// Makes a proof; empty extra data is none.
  public init(_ proof: InclusionProof, checkpoint: SignedNote, extra: [UInt8]? = nil) {
    index = proof.index
    path = proof.path
    self.extra = extra?.isEmpty == true ? nil : extra
    self.checkpoint = checkpoint
  }

  /// Parses a proof file. It is written again (``description``) exactly as it was.
  public init(parsing bytes: some Collection<UInt8>) throws(MalformedInput) {
    guard bytes.count <= TLogProof.maximumBytes else {
      throw TLogProof.fault(nil, "it has more than \(TLogProof.maximumBytes) bytes")
    }
    var reader = LineReader(Array(bytes))
    func nextLine() throws(MalformedInput) -> ArraySlice<UInt8> {
      guard let line = reader.next() else { throw TLogProof.fault(reader.number + 1, "it ends here") }
      return line
    }
    guard try nextLine().elementsEqual(TLogProof.header.utf8) else {
      throw TLogProof.fault(1, "it is not \(TLogProof.header)")
    }
    var line = try nextLine()
    var extra: [UInt8]?
    if let text = line.after("extra ") {
      guard let data = Base64.decode(text), !data.isEmpty else {
        throw TLogProof.fault(reader.number, "the extra data is not base64")
      }
      extra = data
      line = try nextLine()
    }
    guard let index = line.after("index ")?.size else {
      throw TLogProof.fault(reader.number, "it is not the index of the entry")
    }
    var path: [Hash] = []
    line = try nextLine()
    while !line.isEmpty {
      guard let hash = Hash(base64: line) else {
        throw TLogProof.fault(reader.number, "it is not the base64 of a hash")
      }
      guard path.count < 63 else { throw TLogProof.fault(reader.number, "there are too many hashes") }
      path.append(hash)
      line = try nextLine()
    }
    do {
      checkpoint = try SignedNote(parsing: reader.rest)
    } catch {
      throw MalformedInput(
        error.kind, line: error.line.map { $0 + reader.number }, error.message, remedy: error.remedy)
    }
    self.index = index
    self.path = path
    self.extra = extra
  }

  /// The file.
  public var description: String {
    var lines = [TLogProof.header]
    if let extra { lines.append("extra \(Base64.encode(extra))") }
    lines.append("index \(index)")
    lines += path.map(\.base64)
    return lines.map { $0 + "\n" }.joined() + "\n" + checkpoint.description
  }

  /// The bytes of ``description``.
  public var bytes: [UInt8] { Array(description.utf8) }

  /// Checks that the entry is in the log, as far as the log and enough witnesses have signed.
  ///
  /// - Parameters:
  ///   - entry: the entry's bytes.
  ///   - logKey: the log's key.
  ///   - origin: the log's origin; by default the name of its key.
  ///   - witnesses: the keys of witnesses that are trusted.
  ///   - quorum: how many of them must have signed.
  /// - Returns: the checkpoint that holds the entry.
  /// - Throws: ``TLogProofFault``.
  @discardableResult
  public func verify(
    entry: [UInt8], logKey: VerifierKey, origin: String? = nil, witnesses: [VerifierKey] = [], quorum: Int = 0
  ) throws(TLogProofFault) -> Checkpoint {
    let head: Checkpoint
    do {
      head = try Checkpoint(checkpoint, signedBy: logKey, origin: origin)
    } catch {
      throw .checkpoint(error)
    }
    let signers: Int
    do {
      signers = try checkpoint.verify(by: witnesses).count
    } catch {
      guard case .notSigned = error else { throw .checkpoint(error) }
      signers = 0
    }
    guard signers >= quorum else { throw .tooFewWitnesses(found: signers, needed: quorum) }
    do {
      try InclusionProof(index: index, size: head.size, path: path).verify(leaf: .leaf(entry), root: head.root)
    } catch {
      throw .proof(error)
    }
    return head
  }
}

extension TLogProof {
  private static func fault(_ line: Int?, _ message: String) -> MalformedInput {
    MalformedInput(
      "tlog-proof", line: line, message,
      remedy: "Give the file as it was served; c2sp.org/tlog-proof tells what is in it.")
  }
}

/// Why a proof file proves nothing.
public enum TLogProofFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The checkpoint in it is not to be believed.
  case checkpoint(NoteFault)
  /// The entry is not where the proof says.
  case proof(ProofFault)
  /// Fewer witnesses have signed than are needed.
  case tooFewWitnesses(found: Int, needed: Int)

  /// What is wrong.
  public var description: String {
    switch self {
    case .checkpoint(let fault): fault.description
    case .proof(let fault): fault.description
    case .tooFewWitnesses(let found, let needed): "\(found) of the trusted witnesses have signed, and \(needed) must"
    }
  }
}
