import Foundation
import Seeded
import Testing

@testable import Ledger

extension SeededGenerator {
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  /// The bytes with something done to them: bits flipped, a piece removed, repeated, replaced or put in.
  mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(3) {
      let at = below(bytes.count + 1)
      let end = min(bytes.count, at + below(12))
      switch below(6) {
      case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(below(8))
      case 1: bytes.removeSubrange(at..<end)
      case 2: bytes.insert(contentsOf: bytes[at..<end], at: below(bytes.count + 1))
      case 3: bytes.insert(contentsOf: self.bytes(below(5)), at: at)
      case 4:
        let pieces: [[UInt8]] = [
          [0x0A], [0x0A, 0x0A], [0x0D, 0x0A], Array("— ".utf8), [0x20], [0xCC, 0x81], [0], [0xFF], Array("=".utf8),
          Array("99999999999999999999".utf8), Array("-1".utf8), Array("+".utf8), Array("é".utf8),
        ]
        bytes.insert(contentsOf: pieces[below(pieces.count)], at: at)
      default: bytes = Array(bytes[..<at])
      }
    }
    return bytes
  }
}

/// Data that may lie beside the checkout; tests that need it are skipped without it.
enum SharedData {
  static func url(_ path: String) -> URL {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("shared/data/\(path)")
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url(path).path) }

  static func read<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(path)))
  }
}

/// The leaf hashes and roots of a tree, as the definitions in RFC 6962 section 2.1 have them, word for word.
final class ReferenceTree {
  let leaves: [Hash]
  private var roots: [Range<Int>: Hash] = [:]

  init(_ leaves: [Hash]) { self.leaves = leaves }

  /// MTH(D[range]).
  func root(_ range: Range<Int>) -> Hash {
    if range.isEmpty { return Hash.of([]) }
    if range.count == 1 { return leaves[range.lowerBound] }
    if let known = roots[range] { return known }
    let middle = range.lowerBound + split(range.count)
    let root = Hash.of([1] + root(range.lowerBound..<middle).bytes + self.root(middle..<range.upperBound).bytes)
    roots[range] = root
    return root
  }

  /// PATH(m, D[range]).
  func path(_ m: Int, _ range: Range<Int>) -> [Hash] {
    if range.count == 1 { return [] }
    let k = split(range.count)
    let (left, right) = (range.lowerBound..<range.lowerBound + k, range.lowerBound + k..<range.upperBound)
    return m < k ? path(m, left) + [root(right)] : path(m - k, right) + [root(left)]
  }

  /// PROOF(m, D[range]).
  func proof(_ m: Int, _ range: Range<Int>) -> [Hash] { subproof(m, range, true) }

  private func subproof(_ m: Int, _ range: Range<Int>, _ isWhole: Bool) -> [Hash] {
    if m == range.count { return isWhole ? [] : [root(range)] }
    let k = split(range.count)
    let (left, right) = (range.lowerBound..<range.lowerBound + k, range.lowerBound + k..<range.upperBound)
    return m <= k
      ? subproof(m, left, isWhole) + [root(right)] : subproof(m - k, right, false) + [root(left)]
  }

  private func split(_ count: Int) -> Int {
    var k = 1
    while 2 * k < count { k *= 2 }
    return k
  }
}

/// A log that lies in memory as a store would keep it: of each tile the widest that was ever written.
struct StoredLog {
  private(set) var tail = LogTail()
  private(set) var tiles: [TileID: [UInt8]] = [:]
  private(set) var entries: [[UInt8]] = []

  @discardableResult
  mutating func append(_ entries: [[UInt8]]) throws -> LogGrowth {
    let growth = try tail.append(entries)
    for tile in growth.tiles { tiles[StoredLog.place(tile.id)] = tile.bytes }
    self.entries += entries
    return growth
  }

  /// The bundles that a growth of the log touched, as they are after it.
  func bundles(of growth: LogGrowth) -> [(id: EntryBundleID, bytes: [UInt8])] {
    guard growth.size > growth.first else { return [] }
    return (growth.first >> 8...(growth.size - 1) >> 8).map { index in
      let range = Int(index << 8)..<Int(min((index + 1) << 8, growth.size))
      var bytes: [UInt8] = []
      for entry in entries[range] { EntryBundle.append(entry, to: &bytes) }
      return (EntryBundleID(inside: index, range.count), bytes)
    }
  }

  func tile(_ id: TileID) -> [UInt8]? { tiles[StoredLog.place(id)] }

  /// The tree of a size, now or before.
  func tree(_ size: UInt64) throws -> TiledTree {
    let tiles = tiles
    return try TiledTree(size: size) { ids in
      try ids.map { try #require(tiles[StoredLog.place($0)], "\($0.path)") }
    }
  }

  /// The tail as it is made of what is stored.
  func resumed(at size: UInt64) throws -> LogTail {
    try LogTail(size: size, tiles: TileID.edge(of: size).map { try #require(tile($0)) })
  }

  private static func place(_ id: TileID) -> TileID { TileID(inside: id.level, id.index, TileID.fullWidth) }
}

func sampleEntries(_ count: Int, from first: Int = 0) -> [[UInt8]] {
  (first..<first + count).map { Array(String(repeating: "entry \($0) ", count: $0 % 7).utf8) }
}
