import Compliance
import Foundation
import Ledger

/// Verifies a decision with nothing but files: the proof, the decision as the service gave it, and the log's key.
public struct OfflineVerification: Sendable {
  /// The proof.
  public let proof: TLogProof
  /// What the log says of the decision.
  public let leaf: DecisionLeaf
  private let entry: [UInt8]
  private let document: JSON
  private let answer: [UInt8]
  private let facts: [UInt8]

  /// Why a decision is not what was recorded.
  public struct Mismatch: Error, CustomStringConvertible {
    /// What is wrong.
    public let description: String
  }

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - proof: the answer of `GET /v1/decisions/{id}/proof`.
  ///   - decision: the answer of `GET /v1/decisions/{id}`, byte for byte.
  public init(proof: [UInt8], decision: [UInt8]) throws(MalformedInput) {
    self.proof = try TLogProof(parsing: proof)
    guard let entry = self.proof.extra else {
      throw MalformedInput(
        "proof of a decision", "it has no extra data", remedy: "Take it from /v1/decisions/{id}/proof.")
    }
    guard case .decision(let leaf) = try Leaf(parsing: entry) else {
      throw MalformedInput(
        "proof of a decision", "its entry is of something else", remedy: "Take it from /v1/decisions/{id}/proof.")
    }
    (self.entry, self.leaf) = (entry, leaf)
    do {
      document = try JSON.parse(decision, maximumDepth: 512)
    } catch {
      throw OfflineVerification.fault("it is not JSON: \(error)")
    }
    // The document is the answer with more members before its last brace; facts come last. A quote within a string is
    // escaped, so that what is looked for is no part of one.
    let salt = "\"salt\":\(document["salt"]?.serialized ?? ""),\"facts\":"
    guard let trigger = document["trigger"]?.serialized, document["facts"] != nil,
      let end = OfflineVerification.range(of: ",\"trigger\":\(trigger)", in: decision)?.lowerBound,
      let start = OfflineVerification.range(of: salt, in: decision)?.upperBound,
      end < start, let last = decision.lastIndex(of: UInt8(ascii: "}")), start < last
    else { throw OfflineVerification.fault("it has not the members that the service writes, as it writes them") }
    answer = Array(decision[..<end]) + [UInt8(ascii: "}")]
    facts = Array(decision[start..<last])
  }

  /// Verifies that the decision is in the log as the key has signed it.
  ///
  /// - Returns: the checkpoint that holds it.
  /// - Throws: ``Mismatch``.
  public func verify(by key: VerifierKey) throws(Mismatch) -> Checkpoint {
    let head: Checkpoint
    do {
      head = try proof.verify(entry: entry, logKey: key)
    } catch {
      throw Mismatch(description: error.description)
    }
    let expected: [(String, String)] = [
      ("id", leaf.id.text), ("verdict", leaf.verdict.rawValue), ("as_of", leaf.asOf.description),
      ("ruleset", leaf.ruleset.hexadecimal), ("decided_at", leaf.decidedAt.description), ("trigger", leaf.trigger),
      ("engine", leaf.engine), ("recorded_by", leaf.recordedBy.text),
    ]
    for (name, value) in expected where document[name]?.text != value {
      throw Mismatch(
        description: "the decision says \(document[name]?.serialized ?? "nothing") as its \(name), the log \(value)")
    }
    guard let account = document["account"]?.text, let salt = document["salt"]?.text.flatMap({ Hash(hexadecimal: $0) }),
      let salt = Salt(salt.bytes),
      Commitment(toUTF8: [Array(account.utf8), facts, answer], salt: salt) == leaf.personal
    else {
      throw Mismatch(
        description:
          "the account, the facts, the answer or the salt are not those that were recorded, or not byte for byte: give "
          + "the decision as GET /v1/decisions/{id} answered")
    }
    return head
  }

  private static func range(of text: String, in bytes: [UInt8]) -> Range<Int>? {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
    for start in 0...bytes.count - wanted.count
    where bytes[start] == first && bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return start..<start + wanted.count
    }
    return nil
  }

  private static func fault(_ message: String) -> MalformedInput {
    MalformedInput("decision", message, remedy: "Give the answer of GET /v1/decisions/{id}, unchanged.")
  }
}
