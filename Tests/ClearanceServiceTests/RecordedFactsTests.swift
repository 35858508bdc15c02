import Compliance
import Foundation
import Seeded
import Testing

@testable import ClearanceService

@Suite("Recorded facts")
struct RecordedFactsTests {
  @Test(
    "are read back as they were, by both readers, whatever was submitted and found",
    arguments: 0..<400 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let facts = GeneratedFacts.facts(&random)
    let bytes = facts.json.bytes
    let direct = try Facts(recorded: bytes)
    #expect(direct == facts && direct.json.bytes == bytes, "seed \(seed)")
    let spaced = Array(String(decoding: bytes, as: UTF8.self).utf8) + [0x20]
    #expect(try Facts(recorded: spaced) == facts, "what is not as it is written goes through the reader of all JSON")
    #expect(Facts.unread(in: bytes).isEmpty)
  }

  @Test("keep usage and cluster on the way to being judged again")
  func gathered() throws {
    var random = SeededGenerator(seed: 9)
    let facts = Facts(
      GeneratedFacts.submission(&random), usage: UsageWindows(lastHour: 1, lastDay: 2, lastWeek: 3, lastMonth: 4),
      cluster: ClusterFacts(
        id: "c1", size: 9, undeclared: 8, denied: 1, activeLastDay: 5, memberDaysLastWeek: 30,
        usage: UsageWindows(lastHour: 10, lastDay: 20, lastWeek: 30, lastMonth: 40), evidence: ["one card, 9 accounts"])
    )
    let again = Facts.gather(recorded: try Facts(recorded: facts.json.bytes))
    #expect(again.usage == facts.usage && again.cluster == facts.cluster && again == facts)
    #expect(again.ownership != nil, "who owns the applicant follows from the submission")
  }

  @Test("written before usage and clusters were facts are those of an account by itself")
  func older() throws {
    let old = #"{"submission":{"id":"a","kind":"individual","name":"Ada"}}"#
    let facts = try Facts(recorded: Array(old.utf8))
    #expect(facts.usage == UsageWindows() && facts.cluster == ClusterFacts() && facts.screened == Screened())
    let partial = #"{"submission":{"id":"a"},"cluster":{"id":"c","size":3}}"#
    #expect(try Facts(recorded: Array(partial.utf8)).cluster.size == 3)
  }

  @Test(
    "that say more than this version knows are named",
    arguments: [
      (#"{"submission":{"id":"a"},"weather":{"rain":true}}"#, ["weather"]),
      (#"{"submission":{"id":"a"},"usage":{"exchanges_1h":1,"exchanges_1m":1}}"#, ["usage.exchanges_1m"]),
      (
        #"{"submission":{"id":"a"},"screening":{"lists":[{"list":"un-sc","version":"v","sort":1}]}}"#,
        ["screening.lists[0].sort"]
      ),
    ])
  func newer(_ text: String, _ paths: [String]) throws {
    _ = try Facts(recorded: Array(text.utf8))
    #expect(Facts.unread(in: Array(text.utf8)) == paths)
  }

  @Test(
    "that cannot be read are refused with the place, and never crash",
    arguments: [
      "", "{", "[]", "null", #"{"submission":{}}"#, #"{"submission":{"id":"a","kind":"robot"}}"#,
      #"{"submission":{"id":"a","shoe_size":44}}"#, #"{"submission":{"id":"a","id":"b"}}"#,
      #"{"submission":{"id":"a","attributes":{"x":{"#, #"{"submission":{"id":"a","attributes":{"x":"\"#,
    ])
  func faulty(_ text: String) {
    #expect(throws: Faults.self) { try Facts(recorded: Array(text.utf8)) }
  }

  @Test("cut off or changed at any byte are read or refused by both readers alike")
  func damaged() throws {
    var random = SeededGenerator(seed: 3)
    let bytes = GeneratedFacts.facts(&random).json.bytes
    for index in bytes.indices {
      _ = try? Facts(recorded: Array(bytes[..<index]))
      var changed = bytes
      changed[index] = UInt8(truncatingIfNeeded: random.next())
      guard let facts = try? Facts(recorded: changed) else { continue }
      let tree = try Facts(recorded: JSON.parse(changed, maximumDepth: 64))
      #expect(facts.usage == tree.usage && facts.cluster == tree.cluster && facts.screened == tree.screened)
    }
  }
}
