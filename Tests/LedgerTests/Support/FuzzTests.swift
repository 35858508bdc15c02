import Compliance
import Seeded
import Testing

@testable import Ledger

/// Whatever bytes come in, an error comes out or a value that is written again as it came. The seed stands in the name
/// of a failing case.
@Suite("Bytes from anywhere")
struct FuzzTests {
  @Test("10,000 altered notes never crash, and those that are read are written as they were", arguments: [UInt64(1)])
  func notes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let log = try SigningKey(name: "log.example")
    let witness = try SigningKey(name: "witness.example/\u{E9}", algorithm: .cosignatureV1)
    let checkpoint = try Checkpoint(origin: "log.example", size: 12_345, root: .leaf([1]), extensions: ["more"])
    let original = try checkpoint.signed(by: [log, witness]).bytes
    var count = 0
    for _ in 0..<10_000 {
      let bytes = random.mutated(original)
      guard let note = try? SignedNote(parsing: bytes) else { continue }
      count += 1
      #expect(note.bytes == bytes)
      if let read = try? Checkpoint(text: note.text) { #expect(Array(read.text.utf8) == Array(note.text.utf8)) }
      // Only the text that was signed verifies.
      if let read = try? Checkpoint(note, signedBy: log.verifierKey) { #expect(read == checkpoint) }
    }
    #expect(count > 100)
  }

  @Test("10,000 altered proof files never crash, and prove nothing else", arguments: [UInt64(2)])
  func proofs(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let log = try SigningKey(name: "log.example")
    let entries = sampleEntries(300)
    var stored = StoredLog()
    try stored.append(entries)
    let checkpoint = try Checkpoint(origin: "log.example", size: 300, root: stored.tail.root)
    let original = TLogProof(
      try await stored.tree(300).inclusionProof(of: 77), checkpoint: try checkpoint.signed(by: [log]),
      extra: Array("extra".utf8))
    var count = 0
    for _ in 0..<10_000 {
      let bytes = random.mutated(original.bytes)
      guard let proof = try? TLogProof(parsing: bytes) else { continue }
      count += 1
      #expect(proof.bytes == bytes)
      if (try? proof.verify(entry: entries[77], logKey: log.verifierKey)) != nil { #expect(proof.index == 77) }
      #expect(throws: TLogProofFault.self) { try proof.verify(entry: [1], logKey: log.verifierKey) }
    }
    #expect(count > 100)
  }

  @Test("10,000 altered tiles, bundles and paths never crash", arguments: [UInt64(3)])
  func tiles(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var stored = StoredLog()
    let growth = try stored.append(sampleEntries(700))
    let tiles = try TileID.edge(of: 700).map { try #require(stored.tile($0)) }
    let bundle = try #require(stored.bundles(of: growth).last).bytes
    let paths = ["tile/0/x001/x234/067.p/8", "tile/entries/x001/067", "tile/1/000"].map { Array($0.utf8) }
    for _ in 0..<10_000 {
      var altered = tiles
      let place = random.below(tiles.count)
      altered[place] = random.mutated(altered[place])
      let bytes = random.mutated(bundle)
      if let tail = try? LogTail(size: 700, tiles: altered) {
        // Higher levels are not checked against anything here, which is why the root is to be compared.
        #expect(tail.root != stored.tail.root || tail == stored.tail)
      }
      let size = random.next() >> UInt64(random.below(64))
      _ = try? LogTail(size: size, tiles: altered)
      _ = try? EntryBundle.entries(of: bytes, width: random.below(257))
      let text = String(decoding: random.mutated(paths[random.below(paths.count)]), as: UTF8.self)
      if let tile = try? TileID(path: text) { #expect(tile.path == text) }
      if let id = try? EntryBundleID(path: text) { #expect(id.path == text) }
      _ = TileID.edge(of: size)
    }
  }

  @Test("10,000 altered leaves and keys never crash, and have one spelling", arguments: [UInt64(4)])
  func leaves(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let key = try SigningKey(name: "log.example")
    let leaves = try LeafTests.all.map { try $0.encoded() }
    for _ in 0..<10_000 {
      let bytes = random.mutated(leaves[random.below(leaves.count)])
      if let leaf = try? Leaf(parsing: bytes) { #expect(try leaf.encoded() == bytes) }
      let text = String(decoding: random.mutated(Array(key.verifierKey.description.utf8)), as: UTF8.self)
      if let read = try? VerifierKey(text) { #expect(read.description == text) }
      _ = try? SigningKey(String(decoding: random.mutated(Array(key.secretText.utf8)), as: UTF8.self))
    }
  }
}
