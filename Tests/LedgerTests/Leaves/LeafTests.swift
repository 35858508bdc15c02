import Compliance
import Foundation
import Testing

@testable import Ledger

@Suite("Leaves")
struct LeafTests {
  static func hash(_ text: String) -> Hash { Hash.of(Array(text.utf8)) }
  static let id = UUID(uuidString: "01a21050-08af-7867-b997-15e6aa2b7770")!
  static let personal = Commitment(hash: hash("personal"))
  static let at = Instant("2026-11-25T01:26:50.287861Z")!
  static let day = CalendarDate("2026-11-25")!

  static let decision = DecisionLeaf(
    id: id, decidedAt: at, asOf: day, verdict: .deny, ruleset: hash("ruleset"),
    findings: Findings(rules: ["ofac-sdn-match"], policies: ["us-ofac"], lists: ["us-ofac-sdn"]).hash,
    trigger: "submission", engine: "1.4.0", recordedBy: id, personal: personal)

  /// One of each kind, with and without what is optional.
  static let all: [Leaf] = [
    .decision(decision),
    .resolution(
      ResolutionLeaf(
        id: id, resolvedAt: at, decision: id, verdict: .allow, exemption: id, until: day, personal: personal)),
    .resolution(
      ResolutionLeaf(
        id: id, resolvedAt: at, decision: id, verdict: .review, exemption: nil, until: nil, personal: personal)),
    .exemption(
      ExemptionLeaf(
        id: id, action: .granted, madeAt: at, list: "un-sc", entry: hash("entry"), until: day, personal: personal)),
    .exemption(
      ExemptionLeaf(
        id: id, action: .revoked, madeAt: at, list: "my \"own\"\\list\u{1}é𝄞", entry: hash("entry"), until: nil,
        personal: personal)),
    .listVersion(
      ListVersionLeaf(
        id: 42, importedAt: at, list: "un-sc", hash: hash("version"), entries: 1000, names: 3000, publishedOn: day,
        personal: personal)),
    .activation(
      ActivationLeaf(
        id: .max, activatedAt: at, ruleset: hash("ruleset"), previous: hash("previous"), changes: hash("changes"),
        personal: personal)),
    .activation(
      ActivationLeaf(
        id: 1, activatedAt: at, ruleset: hash("ruleset"), previous: nil, changes: hash("changes"), personal: personal)),
    .erasure(ErasureLeaf(id: id, erasedAt: at, records: 12, isOverride: true, personal: personal)),
  ]

  @Test("the bytes of a decision are these, for good")
  func bytes() throws {
    let findings = LeafTests.hash(#"{"lists":["us-ofac-sdn"],"policies":["us-ofac"],"rules":["ofac-sdn-match"]}"#)
    let pieces = [
      #"{"as_of":"2026-11-25","at":"2026-11-25T01:26:50.287861Z","by":"01a21050-08af-7867-b997-15e6aa2b7770","#,
      #""engine":"1.4.0","findings":"\#(findings.hexadecimal)","id":"01a21050-08af-7867-b997-15e6aa2b7770","#,
      #""kind":"decision","personal":"\#(LeafTests.personal.hash.hexadecimal)","#,
      #""ruleset":"\#(LeafTests.decision.ruleset.hexadecimal)","trigger":"submission","v":1,"verdict":"deny"}"#,
    ]
    #expect(String(decoding: try Leaf.decision(LeafTests.decision).encoded(), as: UTF8.self) == pieces.joined())
  }

  @Test("every leaf is canonical JSON of at most 4 KiB, and reads back", arguments: LeafTests.all)
  func roundTrip(leaf: Leaf) throws {
    let bytes = try leaf.encoded()
    #expect(bytes.count <= Leaf.maximumBytes)
    #expect(try JSON.parse(bytes).canonicalBytes == bytes)
    #expect(try Leaf(parsing: bytes) == leaf)
  }

  @Test("leaves differ whenever anything in them does")
  func distinct() throws {
    #expect(Set(try LeafTests.all.map { try $0.encoded() }).count == LeafTests.all.count)
  }

  @Test("another spelling of a leaf is refused", arguments: LeafTests.all)
  func spellings(leaf: Leaf) throws {
    let bytes = try leaf.encoded()
    guard case .object(let members) = try JSON.parse(bytes) else { return }
    let reordered = JSON.object(members.reversed()).bytes
    let extended = JSON.object(members + [JSON.Member("x", .null)]).bytes
    let spaced = [0x20] + bytes
    for other in [reordered, extended, spaced] { #expect(throws: MalformedInput.self) { try Leaf(parsing: other) } }
    // What is optional in one kind is needed in others; without any other member there is no leaf.
    for index in members.indices where !["until", "exemption", "previous"].contains(members[index].key) {
      var fewer = members
      fewer.remove(at: index)
      #expect(throws: MalformedInput.self) { try Leaf(parsing: JSON.object(fewer).bytes) }
      fewer.insert(JSON.Member(members[index].key, .null), at: index)
      #expect(throws: MalformedInput.self) { try Leaf(parsing: JSON.object(fewer).bytes) }
    }
  }

  @Test("a leaf that would be longer than 4 KiB is refused, on both ways")
  func limit() throws {
    let leaf = Leaf.exemption(
      ExemptionLeaf(
        id: LeafTests.id, action: .granted, madeAt: LeafTests.at, list: String(repeating: "x", count: 4096),
        entry: LeafTests.hash("entry"), until: nil, personal: LeafTests.personal))
    #expect(throws: MalformedInput.self) { try leaf.encoded() }
    #expect(throws: MalformedInput.self) { try Leaf(parsing: [UInt8](repeating: 0x20, count: 4097)) }
  }

  @Test("a commitment changes with every text, its boundaries and its salt")
  func commitments() throws {
    let salt = try #require(Salt([UInt8](0..<32)))
    let commitments = [
      Commitment(to: ["a", "b"], salt: salt), Commitment(to: ["ab", ""], salt: salt),
      Commitment(to: ["", "ab"], salt: salt),
      Commitment(to: ["ab"], salt: salt), Commitment(to: ["ab", nil], salt: salt), Commitment(to: [], salt: salt),
      Commitment(to: [nil], salt: salt), Commitment(to: [""], salt: salt), Commitment(to: ["é"], salt: salt),
      Commitment(to: ["e\u{301}"], salt: salt), Commitment(to: ["a", "b"], salt: .random()),
      Commitment(to: ["a", "b"], salt: Salt(key: [1], record: "1")),
      Commitment(to: ["a", "b"], salt: Salt(key: [1], record: "2")),
      Commitment(to: ["a", "b"], salt: Salt(key: [2], record: "1")),
    ]
    #expect(Set(commitments).count == commitments.count)
    #expect(Salt([1]) == nil)
    #expect(
      Commitment(to: ["a", nil], salt: salt).hash
        == Hash.of([UInt8](0..<32) + [1, 0, 0, 0, 0, 0, 0, 0, 1, UInt8(ascii: "a"), 0]))
  }
}
