import Compliance
import Foundation
import Stranger
import Testing

@testable import Ledger

/// A program in Go reads what is written here, and what it writes is read here.
@Suite("A stranger in Go", .serialized, .enabled(if: Stranger.isAtHand, "\(Stranger.remedy)"))
struct StrangerTests {
  @Test("reads the log, and finds every root, tile, proof and signature right")
  func reads() async throws {
    let stranger = try Stranger()
    defer { stranger.remove() }
    for size in [1, 2, 255, 256, 257, 700] { try await read(size, stranger) }
  }

  private func read(_ size: Int, _ stranger: Stranger) async throws {
    let folder = stranger.folder.appendingPathComponent("log-\(size)")
    let log = try SigningKey(name: "log.example/clearance")
    let witness = try SigningKey(name: "witness.example", algorithm: .cosignatureV1)
    let entries = sampleEntries(size)
    var stored = StoredLog()
    var kept: [Checkpoint] = []
    for start in stride(from: 0, to: size, by: 37) {
      let growth = try stored.append(Array(entries[start..<min(size, start + 37)]))
      for tile in growth.tiles { try stranger.write(tile.bytes, to: folder, tile.id.path) }
      for bundle in stored.bundles(of: growth) { try stranger.write(bundle.bytes, to: folder, bundle.id.path) }
      let checkpoint = try Checkpoint(origin: "log.example/clearance", size: growth.size, root: growth.root)
      try stranger.write(try checkpoint.signed(by: [log]).bytes, to: folder, "kept/\(growth.size).checkpoint")
      kept.append(checkpoint)
    }
    let head = try #require(kept.last)
    let signed = try head.signed(by: [log, witness])
    try stranger.write(signed.bytes, to: folder, "checkpoint")
    let tree = try stored.tree(head.size)
    for old in kept {
      let lines = try await tree.consistencyProof(from: old.size).path.map { $0.base64 + "\n" }
      try stranger.write(Array(lines.joined().utf8), to: folder, "kept/\(old.size).proof")
    }
    for index in Set([0, size / 2, size - 1]) {
      // The stranger expects the entry as the extra data, which may not be empty.
      guard !entries[index].isEmpty else { continue }
      let proof = TLogProof(
        try await tree.inclusionProof(of: UInt64(index)), checkpoint: signed, extra: entries[index])
      try stranger.write(proof.bytes, to: folder, "\(index).tlog-proof")
    }
    let keys = [log.verifierKey.description, witness.verifierKey.description]
    let result = try stranger.run(["verify", folder.path] + keys)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.hasPrefix("entries \(size) tiles "))
    #expect(result.output.contains(" kept \(kept.count) "))

    // It does look: one bit of one entry, and it refuses.
    let bundle = folder.appendingPathComponent(try #require(EntryBundleID.all(in: head.size).map(\.path).last))
    var bytes = Array(try Data(contentsOf: bundle))
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: bundle)
    #expect(try stranger.run(["verify", folder.path] + keys).status == 1)
  }

  @Test("writes a log that is the same to the byte as the one written here")
  func writes() async throws {
    let stranger = try Stranger()
    defer { stranger.remove() }
    for size in [1, 256, 700] { try await write(size, stranger) }
  }

  private func write(_ size: Int, _ stranger: Stranger) async throws {
    let folder = stranger.folder.appendingPathComponent("log-\(size)")
    let key = try SigningKey(name: "log.example/go")
    let result = try stranger.run(["write", folder.path, key.secretText, String(size)])
    #expect(result.status == 0, "\(result.output)")

    let note = try SignedNote(parsing: try Data(contentsOf: folder.appendingPathComponent("checkpoint")))
    let head = try Checkpoint(note, signedBy: key.verifierKey)
    var stored = StoredLog()
    let growth = try stored.append(sampleEntries(size))
    #expect(head.size == growth.size)
    #expect(head.root == growth.root)
    #expect(try head.signed(by: [key]) == note)
    for tile in growth.tiles {
      #expect(try Array(Data(contentsOf: folder.appendingPathComponent(tile.id.path))) == tile.bytes, "\(tile.id.path)")
    }
    for bundle in stored.bundles(of: growth) {
      let bytes = try Array(Data(contentsOf: folder.appendingPathComponent(bundle.id.path)))
      #expect(bytes == bundle.bytes, "\(bundle.id.path)")
    }
    // Its files are enough to make proofs of.
    let tree = try TiledTree(size: head.size) { tiles in
      try tiles.map { try Array(Data(contentsOf: folder.appendingPathComponent($0.path))) }
    }
    for index in 0..<head.size {
      try await tree.inclusionProof(of: index).verify(
        leaf: .leaf(sampleEntries(1, from: Int(index))[0]), root: head.root)
    }
  }
}
