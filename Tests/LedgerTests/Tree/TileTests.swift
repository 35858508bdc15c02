import Testing

@testable import Ledger

@Suite("Tiles and entry bundles")
struct TileTests {
  @Test(
    "paths are those of c2sp.org/tlog-tiles, and read back",
    arguments: [
      (0, UInt64(0), 256, "tile/0/000"), (0, 5, 1, "tile/0/005.p/1"), (3, 999, 255, "tile/3/999.p/255"),
      (1, 1000, 256, "tile/1/x001/000"), (0, 1_234_067, 256, "tile/0/x001/x234/067"),
      (63, 1_234_067, 8, "tile/63/x001/x234/067.p/8"),
      (0, 1 << 54, 256, "tile/0/x018/x014/x398/x509/x481/984"),
    ])
  func paths(level: Int, index: UInt64, width: Int, path: String) throws {
    let tile = try #require(TileID(level: level, index: index, width: width))
    #expect(tile.path == path)
    #expect(try TileID(path: path) == tile)
    let bundle = try #require(EntryBundleID(index: index, width: width))
    #expect(try EntryBundleID(path: bundle.path) == bundle)
  }

  @Test(
    "other spellings of a path are refused",
    arguments: [
      "", "tile", "tile/0", "tile/0/", "tile/64/000", "tile/00/000", "tile/-1/000", "tile/+0/000", "tile/0/0",
      "tile/0/0000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/x01/000", "tile/0/000.p/0",
      "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/.p/1", "tile/0/000/",
      "/tile/0/000",
      "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x018/x014/x398/x509/x481/985", "tile/0/+01", "tile/a/000",
      "tile/0/0\u{0661}0", "tile/entries/000", "tile/0/x\u{301}001/000", "tile/0/000.p/1.p/1", "tile/0/..", "x",
    ])
  func otherPaths(path: String) {
    #expect(throws: MalformedInput.self) { try TileID(path: path) }
    let tail = path.hasPrefix("tile/0/") ? "tile/entries/" + path.dropFirst("tile/0/".count) : path
    if path != "tile/entries/000" {
      #expect(throws: MalformedInput.self) { try EntryBundleID(path: tail) }
    }
  }

  @Test("a tree of 70,000 entries has the tiles that the specification counts")
  func example() throws {
    var log = StoredLog()
    let growth = try log.append(sampleEntries(70_000))
    let full = growth.tiles.filter { $0.id.width == 256 }
    #expect(full.filter { $0.id.level == 0 }.count == 273)
    #expect(full.filter { $0.id.level == 1 }.count == 1)
    let partial = growth.tiles.suffix(3).map(\.id.path)
    #expect(partial == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
    #expect(growth.tiles.count == 277)
    #expect(TileID.edge(of: 70_000).map(\.path) == partial)
    #expect(TileID.edge(of: 256).map(\.path) == ["tile/1/000.p/1"])
    #expect(TileID.edge(of: 0).isEmpty)
  }

  @Test("a tile exists in a tree that has all its leaves, and in no smaller one")
  func existence() throws {
    #expect(try #require(TileID(level: 0, index: 1, width: 4)).exists(in: 260))
    #expect(try !#require(TileID(level: 0, index: 1, width: 4)).exists(in: 259))
    #expect(try #require(TileID(level: 1, index: 0, width: 256)).exists(in: 65_536))
    #expect(try !#require(TileID(level: 1, index: 0, width: 256)).exists(in: 65_535))
    #expect(try !#require(TileID(level: 63, index: 0, width: 1)).exists(in: .max))
    #expect(try #require(EntryBundleID(index: 0, width: 1)).exists(in: 1))
    #expect(try !#require(EntryBundleID(index: 0, width: 1)).exists(in: 0))
    #expect(
      EntryBundleID.all(in: 600).map(\.path) == ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"])
    #expect(Array(EntryBundleID.all(in: 0)).isEmpty)
    #expect(TileID(level: 64, index: 0) == nil)
    #expect(TileID(level: 0, index: 0, width: 0) == nil)
    #expect(TileID(level: 0, index: .max) == nil)
  }

  @Test("bundles hold entries of any length up to 65,535 bytes, and a wider one does for a narrower")
  func bundles() throws {
    var bundle: [UInt8] = []
    let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535)]
    for entry in entries { #expect(EntryBundle.append(entry, to: &bundle)) }
    #expect(!EntryBundle.append(Array(repeating: 7, count: 65_536), to: &bundle))
    #expect(try EntryBundle.entries(of: bundle, width: 3).map(Array.init) == entries)
    #expect(try EntryBundle.entries(of: bundle, width: 2).map(Array.init) == Array(entries.prefix(2)))
    #expect(throws: MalformedInput.self) { try EntryBundle.entries(of: bundle, width: 4) }
    #expect(throws: MalformedInput.self) { try EntryBundle.entries(of: Array(bundle.dropLast()), width: 3) }
    #expect(throws: MalformedInput.self) { try EntryBundle.entries(of: bundle + [0], width: 3) }
    #expect(throws: MalformedInput.self) { try EntryBundle.entries(of: Array(repeating: 0, count: 514), width: 256) }
    #expect(throws: MalformedInput.self) { try EntryBundle.entries(of: []) }
  }

  @Test("a tile that is cut off, too long or not whole hashes is refused")
  func tileBytes() throws {
    let tile = try #require(TileID(level: 0, index: 0, width: 3))
    let bytes = (0..<3).flatMap { Hash.of([UInt8($0)]).bytes }
    #expect(try tile.hashes(in: bytes).count == 3)
    #expect(try tile.hashes(in: bytes + bytes).count == 3)
    for wrong in [
      [], Array(bytes.dropLast()), Array(bytes.dropLast(32)), bytes + [0], Array(repeating: 0, count: 8224),
    ] {
      #expect(throws: MalformedInput.self) { try tile.hashes(in: wrong) }
    }
  }
}
