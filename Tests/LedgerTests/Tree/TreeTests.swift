import Foundation
import Testing

@testable import Ledger

/// The vectors that an independent implementation made.
struct TreeVectors: Decodable {
  struct Root: Decodable {
    let size: UInt64
    let root: String
  }
  struct Inclusion: Decodable {
    let index: UInt64
    let size: UInt64
    let proof: [String]
  }
  struct Consistency: Decodable {
    let old: UInt64
    let new: UInt64
    let proof: [String]
  }
  struct Note: Decodable {
    let signed: String
    let signer_key: String
    let text: String
    let verifier_key: String
  }

  let leaves_hex: [String]
  let roots: [Root]
  let inclusion: [Inclusion]
  let consistency: [Consistency]
  let checkpoint: Note

  static let path = "merkle/vectors.json"

  static func read() throws -> TreeVectors { try SharedData.read(path, as: TreeVectors.self) }

  func leaves() throws -> [[UInt8]] {
    try leaves_hex.map { text in
      let digits = Array(text)
      return try stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
      }
    }
  }
}

@Suite("Merkle tree")
struct TreeTests {
  @Test("an empty tree has the hash of nothing as its root")
  func empty() {
    #expect(
      Frontier().root.hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("roots of the vectors come out", .enabled(if: SharedData.exists(TreeVectors.path)))
  func roots() throws {
    let vectors = try TreeVectors.read()
    let leaves = try vectors.leaves()
    #expect(vectors.roots.count == 17)
    for vector in vectors.roots {
      var frontier = Frontier()
      for leaf in leaves.prefix(Int(vector.size)) { frontier.append(Hash.leaf(leaf)) }
      #expect(frontier.root.hexadecimal == vector.root, "size \(vector.size)")
    }
  }

  @Test("proofs made of tiles are those of the vectors", .enabled(if: SharedData.exists(TreeVectors.path)))
  func proofs() async throws {
    let vectors = try TreeVectors.read()
    var log = StoredLog()
    try log.append(try vectors.leaves())
    for vector in vectors.inclusion {
      let proof = try await log.tree(vector.size).inclusionProof(of: vector.index)
      #expect(proof.path.map(\.hexadecimal) == vector.proof)
    }
    for vector in vectors.consistency {
      let proof = try await log.tree(vector.new).consistencyProof(from: vector.old)
      #expect(proof.path.map(\.hexadecimal) == vector.proof)
    }
  }

  @Test("the root is that of the definition at every size, and a kept frontier goes on from it")
  func definition() throws {
    let reference = ReferenceTree(sampleEntries(300).map { Hash.leaf($0) })
    var frontier = Frontier()
    for size in 0...300 {
      #expect(frontier.root == reference.root(0..<size), "size \(size)")
      frontier = try #require(Frontier(size: frontier.size, roots: frontier.roots))
      if size < 300 { frontier.append(reference.leaves[size]) }
    }
    #expect(Frontier(size: 3, roots: [.emptyRoot]) == nil)
    #expect(Frontier(size: .max, roots: (0..<64).map { _ in .emptyRoot }) == nil)
  }

  @Test("hashes are read back from their texts, and from nothing else")
  func texts() throws {
    let hash = Hash.of(Array("text".utf8))
    #expect(Hash(hexadecimal: hash.hexadecimal) == hash)
    #expect(Hash(base64: hash.base64) == hash)
    #expect(Hash(hash.bytes) == hash)
    #expect(Hash(hexadecimal: hash.hexadecimal.uppercased()) == nil)
    for text in ["", "AA==", hash.base64 + "=", String(hash.base64.dropLast(2)) + "B=", " " + hash.base64.dropFirst()] {
      #expect(Hash(base64: text) == nil, "\(text)")
    }
    #expect(Hash(hash.bytes.dropLast()) == nil)
  }
}
