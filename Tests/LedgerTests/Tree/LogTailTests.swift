import Seeded
import Testing

@testable import Ledger

@Suite("Appending to a log")
struct LogTailTests {
  @Test("however entries are cut into batches, what is stored is the same", arguments: [UInt64(1), 2, 3, 4, 5, 6])
  func batches(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let entries = sampleEntries(70_000)
    var whole = StoredLog()
    try whole.append(entries)
    var log = StoredLog()
    var position = 0
    while position < entries.count {
      let longest = [3, 300, 2000, 70_000][random.below(4)]
      let count = min(entries.count - position, random.below(longest) + (longest > 3 ? 1 : 0))
      let growth = try log.append(Array(entries[position..<position + count]))
      #expect(growth.first == UInt64(position))
      position += count
      #expect(growth.size == UInt64(position))
      #expect(growth.leaves.count == count)
      #expect(growth.root == log.tail.root)
      // What is stored is enough to go on from, at any time.
      #expect(try log.resumed(at: growth.size) == log.tail, "size \(position)")
    }
    #expect(log.tiles == whole.tiles)
    #expect(log.tail == whole.tail)
  }

  @Test("one entry at a time, each step stores only what changed")
  func single() throws {
    var log = StoredLog()
    for entry in sampleEntries(600) {
      let growth = try log.append([entry])
      let size = growth.size
      #expect(growth.tiles.count == (size % 256 == 0 ? 2 : 1))
      #expect(growth.tiles.allSatisfy { $0.id.exists(in: size) && $0.bytes.count == $0.id.width * 32 })
      #expect(try log.resumed(at: size) == log.tail)
    }
    #expect(try log.append([]).tiles.isEmpty)
  }

  @Test("a failed append leaves the tail as it was")
  func tooLong() throws {
    var log = StoredLog()
    try log.append(sampleEntries(5))
    let before = log.tail
    #expect(throws: MalformedInput.self) { try log.append([[1], Array(repeating: 0, count: 65_536)]) }
    #expect(log.tail == before)
  }

  @Test("a tail is not made of pieces that do not belong together")
  func pieces() throws {
    var log = StoredLog()
    try log.append(sampleEntries(700))
    let tiles = try TileID.edge(of: 700).map { try #require(log.tile($0)) }
    #expect(try LogTail(size: 700, tiles: tiles) == log.tail)
    #expect(throws: MalformedInput.self) { try LogTail(size: 700, tiles: []) }
    #expect(throws: MalformedInput.self) { try LogTail(size: 700, tiles: tiles.reversed()) }
    #expect(throws: MalformedInput.self) { try LogTail(size: .max, tiles: tiles) }
    var altered = tiles
    altered[0][5] ^= 1
    #expect(try LogTail(size: 700, tiles: altered).root != log.tail.root)
  }

  @Test("a replay finds every signed root that the entries do not lead to")
  func replay() throws {
    let entries = sampleEntries(500)
    var frontier = Frontier()
    var roots: [(size: UInt64, root: Hash)] = [(0, frontier.root)]
    for entry in entries {
      frontier.append(Hash.leaf(entry))
      roots.append((frontier.size, frontier.root))
    }
    var replay = TreeReplay(comparing: roots.shuffled() + [roots[3], roots[3]])
    for entry in entries { replay.append(entry[...]) }
    #expect(replay.finish().isEmpty)
    #expect(replay.root == frontier.root)

    // Every change of an entry shows at once, and from then on.
    var altered = TreeReplay(comparing: roots)
    for (index, entry) in entries.enumerated() { altered.append((index == 250 ? entry + [0] : entry)[...]) }
    #expect(altered.finish().map(\.size) == Array(251...500))

    var short = TreeReplay(comparing: roots)
    for entry in entries.dropLast() { short.append(entry[...]) }
    #expect(short.finish() == [TreeReplay.Mismatch(size: 500, expected: frontier.root, computed: nil)])
    var wrongBegin = TreeReplay(comparing: [(0, frontier.root)])
    #expect(wrongBegin.finish().count == 1)
  }
}
