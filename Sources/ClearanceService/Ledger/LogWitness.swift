import Ledger

/// Somebody apart from the operator who signs only what continues what it signed before (c2sp.org/tlog-cosignature): a
/// log that shows different histories to different people does not get it to sign both.
public struct LogWitness: Sendable {
  /// Why it does not sign.
  public enum Refusal: Error, CustomStringConvertible {
    /// The log did not sign what it shows.
    case note(NoteFault)
    /// The log is shorter than it was.
    case shrank(from: UInt64, to: UInt64)
    /// The log is not the continuation of what it was.
    case rewritten(from: UInt64, to: UInt64, why: String)

    /// What is wrong, and what that means.
    public var description: String {
      switch self {
      case .note(let fault): fault.description
      case .shrank(let old, let new):
        "the log had \(old) entries and shows \(new): an old answer of a cache, or entries were taken away. Not signed"
      case .rewritten(let old, let new, let why):
        "the log was rewritten: what it signed at \(old) entries is not the beginning of what it shows at \(new) (\(why)). "
          + "Not signed; keep both checkpoints, they prove it"
      }
    }
  }

  let logKey: VerifierKey
  let key: SigningKey

  /// A witness of one log.
  ///
  /// - Parameters:
  ///   - logKey: the log's key.
  ///   - key: what it signs with, of the algorithm `cosignatureV1`.
  public init(logKey: VerifierKey, key: SigningKey) {
    self.logKey = logKey
    self.key = key
  }

  /// Cosigns a checkpoint if the log is the continuation of what was cosigned last.
  ///
  /// - Parameters:
  ///   - note: the checkpoint as the log shows it.
  ///   - last: what this witness cosigned last; `nil` for the first time, when there is nothing to hold it to.
  ///   - fetch: fetches tiles of the log.
  /// - Returns: the checkpoint with the cosignature, to be kept before it is given to anyone.
  /// - Throws: ``Refusal``; what fetching throws.
  public func cosign(
    _ note: SignedNote, after last: SignedNote?, fetch: @escaping TiledTree.Fetch
  ) async throws -> SignedNote {
    let head = try checkpoint(note)
    if let last {
      let old = try checkpoint(last)
      guard head.size >= old.size else { throw Refusal.shrank(from: old.size, to: head.size) }
      if old.size > 0 { try await check(old, head, fetch) }
    }
    var signed = note
    signed.add(try key.sign(note.text))
    return signed
  }

  private func checkpoint(_ note: SignedNote) throws(Refusal) -> Checkpoint {
    do {
      return try Checkpoint(note, signedBy: logKey)
    } catch {
      throw .note(error)
    }
  }

  private func check(_ old: Checkpoint, _ head: Checkpoint, _ fetch: @escaping TiledTree.Fetch) async throws {
    let tree: TiledTree
    do {
      tree = try TiledTree(size: head.size, fetch: fetch)
    } catch {
      throw Refusal.rewritten(from: old.size, to: head.size, why: error.description)
    }
    let proof = try await tree.consistencyProof(from: old.size)
    do {
      try proof.verify(oldRoot: old.root, newRoot: head.root)
    } catch {
      throw Refusal.rewritten(from: old.size, to: head.size, why: error.description)
    }
  }
}
