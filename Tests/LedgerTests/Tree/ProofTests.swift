import Foundation
import Seeded
import Testing

@testable import Ledger

@Suite("Merkle proofs")
struct ProofTests {
  private struct Cases<Case: Decodable>: Decodable {
    let vectors: [Case]
  }
  private struct InclusionCase: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: String
    let leafHash: String
    let proof: [String]?
    let file: String
    let wantErr: Bool
  }
  private struct ConsistencyCase: Decodable {
    let size1: UInt64
    let size2: UInt64
    let root1: String
    let root2: String
    let proof: [String]?
    let file: String
    let wantErr: Bool
  }

  @Test(
    "the public cases of inclusion are accepted and refused as they must be",
    .enabled(if: SharedData.exists("merkle/rfc6962-inclusion.json")))
  func inclusionCases() throws {
    let cases = try SharedData.read("merkle/rfc6962-inclusion.json", as: Cases<InclusionCase>.self).vectors
    #expect(cases.count == 98)
    for item in cases {
      let path = (item.proof ?? []).map { Hash(base64: $0) }
      var isAccepted = false
      // What is not 32 bytes cannot be a hash here, and so never reaches a proof.
      if let root = Hash(base64: item.root), let leaf = Hash(base64: item.leafHash), !path.contains(nil) {
        let proof = InclusionProof(index: item.leafIdx, size: item.treeSize, path: path.compactMap { $0 })
        isAccepted = (try? proof.verify(leaf: leaf, root: root)) != nil
      }
      #expect(isAccepted == !item.wantErr, "\(item.file)")
    }
  }

  @Test(
    "the public cases of consistency are accepted and refused as they must be",
    .enabled(if: SharedData.exists("merkle/rfc6962-consistency.json")))
  func consistencyCases() throws {
    let cases = try SharedData.read("merkle/rfc6962-consistency.json", as: Cases<ConsistencyCase>.self).vectors
    #expect(cases.count == 98)
    for item in cases {
      // Some roots are words instead of hashes; what matters in those cases is whether they are equal.
      func root(_ text: String) -> Hash { Hash(base64: text) ?? Hash.of(Array(text.utf8)) }
      let path = (item.proof ?? []).map { Hash(base64: $0) }
      var isAccepted = false
      if !path.contains(nil) {
        let proof = ConsistencyProof(oldSize: item.size1, newSize: item.size2, path: path.compactMap { $0 })
        isAccepted = (try? proof.verify(oldRoot: root(item.root1), newRoot: root(item.root2))) != nil
      }
      #expect(isAccepted == !item.wantErr, "\(item.file)")
    }
  }

  @Test("every proof of every tree of up to 300 leaves is that of the definition, and verifies")
  func allProofs() async throws {
    let entries = sampleEntries(300)
    var log = StoredLog()
    try log.append(entries)
    let reference = ReferenceTree(entries.map { Hash.leaf($0) })
    for size in 1...300 {
      let root = reference.root(0..<size)
      for index in 0..<size {
        let proof = InclusionProof(
          index: UInt64(index), size: UInt64(size), path: reference.path(index, 0..<size))
        try proof.verify(leaf: reference.leaves[index], root: root)
      }
      for old in 1...size {
        let proof = ConsistencyProof(
          oldSize: UInt64(old), newSize: UInt64(size), path: reference.proof(old, 0..<size))
        try proof.verify(oldRoot: reference.root(0..<old), newRoot: root)
      }
    }
    // Made of tiles, at the sizes where tiles begin and end, they are the same.
    for size in Array(1...40) + [127, 128, 129, 200, 255, 256, 257, 258, 299, 300] {
      let tree = try log.tree(UInt64(size))
      #expect(try await tree.root() == reference.root(0..<size))
      for index in 0..<size {
        #expect(try await tree.inclusionProof(of: UInt64(index)).path == reference.path(index, 0..<size))
        #expect(try await tree.consistencyProof(from: UInt64(index + 1)).path == reference.proof(index + 1, 0..<size))
      }
    }
  }

  @Test("proofs of a tree of 70,000 leaves, which has three levels of tiles, verify", arguments: [UInt64(1), 2, 3])
  func largeTree(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let entries = sampleEntries(70_000)
    var log = StoredLog()
    try log.append(entries)
    var roots: [UInt64: Hash] = [:]
    var frontier = Frontier()
    let sizes = Set((0..<20).map { _ in UInt64(1 + random.below(70_000)) } + [65_535, 65_536, 65_537, 70_000])
    for entry in entries {
      frontier.append(Hash.leaf(entry))
      if sizes.contains(frontier.size) { roots[frontier.size] = frontier.root }
    }
    for size in sizes.sorted() {
      let tree = try log.tree(size)
      let root = try #require(roots[size])
      #expect(try await tree.root() == root)
      for _ in 0..<5 {
        let index = UInt64(random.below(Int(size)))
        try await tree.inclusionProof(of: index).verify(leaf: .leaf(entries[Int(index)]), root: root)
      }
      for old in sizes where old <= size {
        try await tree.consistencyProof(from: old).verify(oldRoot: try #require(roots[old]), newRoot: root)
      }
    }
  }

  @Test("no bit of a proof, a root or a leaf can be changed", arguments: [1, 2, 3, 7, 8, 13, 100, 255, 256, 257, 300])
  func mutations(size: Int) async throws {
    var random = SeededGenerator(seed: UInt64(size))
    let entries = sampleEntries(size)
    var log = StoredLog()
    try log.append(entries)
    let tree = try log.tree(UInt64(size))
    let root = log.tail.root
    let index = random.below(size)
    let proof = try await tree.inclusionProof(of: UInt64(index))
    let leaf = Hash.leaf(entries[index])
    try proof.verify(leaf: leaf, root: root)
    for flipped in flips(leaf) {
      #expect(throws: ProofFault.self) { try proof.verify(leaf: flipped, root: root) }
    }
    for flipped in flips(root) {
      #expect(throws: ProofFault.self) { try proof.verify(leaf: leaf, root: flipped) }
    }
    for path in altered(proof.path) {
      #expect(throws: ProofFault.self) {
        try InclusionProof(index: proof.index, size: proof.size, path: path).verify(leaf: leaf, root: root)
      }
    }
    for other in 0..<UInt64(size) where other != proof.index {
      #expect(throws: ProofFault.self) {
        try InclusionProof(index: other, size: proof.size, path: proof.path).verify(leaf: leaf, root: root)
      }
    }

    let oldSize = UInt64(1 + random.below(size))
    let consistency = try await tree.consistencyProof(from: oldSize)
    let oldRoot = try await log.tree(oldSize).root()
    try consistency.verify(oldRoot: oldRoot, newRoot: root)
    for flipped in flips(oldRoot) {
      #expect(throws: ProofFault.self) { try consistency.verify(oldRoot: flipped, newRoot: root) }
    }
    for flipped in flips(root) {
      #expect(throws: ProofFault.self) { try consistency.verify(oldRoot: oldRoot, newRoot: flipped) }
    }
    for path in altered(consistency.path) {
      #expect(throws: ProofFault.self) {
        try ConsistencyProof(oldSize: oldSize, newSize: consistency.newSize, path: path)
          .verify(oldRoot: oldRoot, newRoot: root)
      }
    }
  }

  @Test("sizes and indexes of which there is no proof are refused")
  func impossible() async throws {
    var log = StoredLog()
    try log.append(sampleEntries(10))
    let tree = try log.tree(10)
    await #expect(throws: ProofFault.self) { try await tree.inclusionProof(of: 10) }
    await #expect(throws: ProofFault.self) { try await tree.consistencyProof(from: 0) }
    await #expect(throws: ProofFault.self) { try await tree.consistencyProof(from: 11) }
    await #expect(throws: ProofFault.self) { try await log.tree(0).inclusionProof(of: 0) }
    #expect(throws: MalformedInput.self) { try log.tree(.max) }
    for size: UInt64 in [0, .max, 1 << 63] {
      #expect(throws: ProofFault.self) {
        try InclusionProof(index: 0, size: size, path: []).verify(leaf: .emptyRoot, root: .emptyRoot)
      }
      #expect(throws: ProofFault.self) {
        try ConsistencyProof(oldSize: 1, newSize: size, path: []).verify(oldRoot: .emptyRoot, newRoot: .emptyRoot)
      }
    }
  }

  @Test("the root of any aligned range is that of the definition")
  func ranges() async throws {
    let entries = sampleEntries(600)
    var log = StoredLog()
    try log.append(entries)
    let tree = try log.tree(600)
    let reference = ReferenceTree(entries.map { Hash.leaf($0) })
    #expect(try await tree.root(of: 256..<512) == reference.root(256..<512))
    #expect(try await tree.root(of: 256..<600) == nil)
    #expect(try await tree.root(of: 512..<600) == reference.root(512..<600))
    #expect(try await tree.root(of: 7..<8) == reference.root(7..<8))
    #expect(try await tree.root(of: 1..<3) == nil)
    #expect(try await tree.root(of: 0..<601) == nil)
    #expect(try await tree.root(of: 5..<5) == nil)
  }
}

private func flips(_ hash: Hash) -> [Hash] {
  (0..<256).compactMap { bit in
    var bytes = hash.bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return Hash(bytes)
  }
}

/// Every path with one bit changed, one hash missing, one more, or two in the wrong order.
private func altered(_ path: [Hash]) -> [[Hash]] {
  var all: [[Hash]] = [path + [.emptyRoot], [.emptyRoot] + path]
  for place in path.indices {
    for flipped in flips(path[place]) {
      var other = path
      other[place] = flipped
      all.append(other)
    }
    var shorter = path
    shorter.remove(at: place)
    all.append(shorter)
    if place > 0 {
      var swapped = path
      swapped.swapAt(place, place - 1)
      all.append(swapped)
    }
  }
  return all
}
