import Compliance
import Testing

@testable import Ledger

@Suite("Proof files")
struct TLogProofTests {
  let log: SigningKey
  let witnesses: [SigningKey]
  let entries = sampleEntries(300)

  init() throws {
    log = try SigningKey(name: "log.example")
    witnesses = try (0..<3).map { try SigningKey(name: "witness.example/\($0)", algorithm: .cosignatureV1) }
  }

  func proof(of index: Int, size: Int, extra: [UInt8]? = nil, signedBy count: Int = 0) async throws -> TLogProof {
    var stored = StoredLog()
    try stored.append(Array(entries.prefix(size)))
    let checkpoint = try Checkpoint(origin: "log.example", size: UInt64(size), root: stored.tail.root)
    return TLogProof(
      try await stored.tree(UInt64(size)).inclusionProof(of: UInt64(index)),
      checkpoint: try checkpoint.signed(by: [log] + witnesses.prefix(count)), extra: extra)
  }

  @Test("a proof file has the form of c2sp.org/tlog-proof, reads back and verifies")
  func form() async throws {
    let proof = try await proof(of: 4, size: 7, extra: Array("salt".utf8))
    let lines = proof.description.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "c2sp.org/tlog-proof@v1")
    #expect(lines[1] == "extra c2FsdA==")
    #expect(lines[2] == "index 4")
    #expect(lines[6] == "")
    #expect(lines[7...9] == ["log.example", "7", Substring(try Checkpoint(text: proof.checkpoint.text).root.base64)])
    #expect(lines[10] == "")
    #expect(lines[11].hasPrefix("— log.example "))
    #expect(lines.count == 13)
    let read = try TLogProof(parsing: proof.bytes)
    #expect(read == proof)
    #expect(try read.verify(entry: entries[4], logKey: log.verifierKey).size == 7)
    #expect(throws: TLogProofFault.self) { try read.verify(entry: entries[5], logKey: log.verifierKey) }
  }

  @Test("a proof in a log of one entry has no hashes, and no extra data no line")
  func smallest() async throws {
    let proof = try await proof(of: 0, size: 1, extra: [])
    #expect(proof.description.hasPrefix("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n"))
    #expect(try TLogProof(parsing: proof.bytes) == proof)
    try proof.verify(entry: entries[0], logKey: log.verifierKey)
  }

  @Test("as many witnesses must have signed as are asked for")
  func quorum() async throws {
    let keys = witnesses.map(\.verifierKey)
    for count in 0...3 {
      let proof = try await proof(of: 3, size: 300, signedBy: count)
      for quorum in 0...3 {
        let verify = { try proof.verify(entry: entries[3], logKey: log.verifierKey, witnesses: keys, quorum: quorum) }
        if count >= quorum {
          #expect(throws: Never.self) { try verify() }
        } else {
          #expect(throws: TLogProofFault.tooFewWitnesses(found: count, needed: quorum)) { try verify() }
        }
      }
      // One witness counts once, however often its key is given.
      #expect(throws: TLogProofFault.tooFewWitnesses(found: min(count, 1), needed: 2)) {
        try proof.verify(entry: entries[3], logKey: log.verifierKey, witnesses: [keys[0], keys[0]], quorum: 2)
      }
    }
  }

  @Test("no bit of a proof file can be changed")
  func mutations() async throws {
    let proof = try await proof(of: 200, size: 300, signedBy: 1)
    let bytes = proof.bytes
    let verify = { (bytes: [UInt8]) throws in
      try TLogProof(parsing: bytes).verify(
        entry: entries[200], logKey: log.verifierKey, witnesses: [witnesses[0].verifierKey], quorum: 1)
    }
    #expect(throws: Never.self) { try verify(bytes) }
    for bit in 0..<bytes.count * 8 {
      var altered = bytes
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") { try verify(altered) }
    }
  }

  @Test("a proof of another log, another origin or another key is refused")
  func otherLog() async throws {
    let proof = try await proof(of: 2, size: 5)
    let stranger = try SigningKey(name: "log.example")
    #expect(throws: TLogProofFault.self) { try proof.verify(entry: entries[2], logKey: stranger.verifierKey) }
    #expect(throws: TLogProofFault.self) {
      try proof.verify(entry: entries[2], logKey: log.verifierKey, origin: "other.example")
    }
  }

  @Test(
    "texts that are not proof files are refused, and the line is named",
    arguments: [
      ("", 1), ("c2sp.org/tlog-proof@v2\n", 1), ("c2sp.org/tlog-proof@v1\n", 2),
      ("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", 2), ("c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\n", 2),
      ("c2sp.org/tlog-proof@v1\nindex 00\n\n", 2), ("c2sp.org/tlog-proof@v1\nindex -1\n\n", 2),
      ("c2sp.org/tlog-proof@v1\nindex \n\n", 2), ("c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\n", 2),
      ("c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n", 3), ("c2sp.org/tlog-proof@v1\nindex 1\n", 3),
      ("c2sp.org/tlog-proof@v1\nextra \u{301}AAAA\nindex 1\n", 2),
      ("c2sp.org/tlog-proof@v1\nindex 1\n\na\n1\nx\n\n— a AAAA\n", 8),
    ])
  func notProofs(text: String, line: Int) throws {
    let fault = try #require(throws: MalformedInput.self) { try TLogProof(parsing: text.utf8) }
    #expect(fault.line == line)
  }
}
