import Compliance
import Ledger
import Store

extension LogAudit {
  struct Head {
    let source: String
    let size: UInt64
    let root: Hash
  }

  /// All checkpoints whose signatures are right, the largest first.
  func heads(_ snapshot: LedgerSnapshot, _ notes: Notes) async throws -> [Head] {
    guard let identity = try await snapshot.identity() else {
      notes.add("which log this is is not stored: the row of log_identity is gone")
      return []
    }
    let stored = try? VerifierKey(identity.verifierKey)
    if let key, stored != key { notes.add("the database names \(identity.verifierKey) as the log's key, not \(key)") }
    guard let key = key ?? stored else {
      notes.add("the log's key in the database is not one: \(identity.verifierKey)")
      return []
    }
    var heads: [Head] = []
    func add(_ source: String, _ note: SignedNote, size: UInt64? = nil) {
      do {
        let head = try Checkpoint(note, signedBy: key)
        if let size, size != head.size {
          notes.add("\(source) is of \(head.size) entries")
        }
        heads.append(Head(source: source, size: head.size, root: head.root))
      } catch {
        notes.add("\(source) does not hold: \(error)")
      }
    }
    func add(_ source: String, _ text: String, size: UInt64) {
      do {
        add(source, try SignedNote(parsing: Array(text.utf8)), size: size)
      } catch {
        notes.add("\(source) is not a checkpoint: \(error)")
      }
    }
    for (size, note) in try await snapshot.checkpoints() {
      add("the stored checkpoint of size \(size)", note, size: UInt64(clamping: size))
    }
    if let tail = try await snapshot.tail() { add("the last checkpoint", tail.checkpoint, size: tail.position.size) }
    for (index, note) in kept.enumerated() { add("the checkpoint given as number \(index + 1)", note) }
    return heads.sorted { $0.size > $1.size }
  }
}
