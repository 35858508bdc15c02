import Foundation

/// A program in Go (main.go), made of the packages of Go's checksum database and of nothing of Clearance, that reads and
/// writes logs. It is built in a folder of its own, which is removed with all that was written into it.
public struct Stranger {
  // Debian keeps packages for building without modules here.
  private static let goPath = "/usr/share/gocode"
  private static let go = ["/usr/bin/go", "/usr/local/go/bin/go", "/usr/local/bin/go"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What to do when it is not at hand.
  public static let remedy = "Go and golang.org/x/mod are not installed (Debian: golang-go, golang-golang-x-mod-dev)"

  /// Whether it can be built here.
  public static var isAtHand: Bool {
    go != nil && FileManager.default.fileExists(atPath: goPath + "/src/golang.org/x/mod/sumdb/tlog/tile.go")
  }

  /// Its folder.
  public let folder: URL

  private struct NotBuilt: Error {
    let output: String
  }

  /// Builds it.
  public init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("clearance-stranger-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let result = try Stranger.run(
      URL(fileURLWithPath: Stranger.go ?? ""),
      ["build", "-o", folder.appendingPathComponent("stranger").path, "."],
      in: URL(fileURLWithPath: #filePath).deletingLastPathComponent(),
      environment: [
        "GO111MODULE": "off", "GOPATH": Stranger.goPath, "GOCACHE": folder.appendingPathComponent("cache").path,
        "GOFLAGS": "", "PATH": "/usr/bin:/bin", "HOME": folder.path, "CGO_ENABLED": "0",
      ])
    guard result.status == 0 else { throw NotBuilt(output: result.output) }
  }

  /// Removes its folder.
  public func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Runs it to its end.
  public func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    try Stranger.run(folder.appendingPathComponent("stranger"), arguments, in: folder, environment: [:])
  }

  /// Writes a file into a folder.
  public func write(_ bytes: [UInt8], to folder: URL, _ path: String) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  private static func run(
    _ program: URL, _ arguments: [String], in folder: URL, environment: [String: String]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
