import Foundation
import Testing

@testable import PostgreSQL

/// One after the other: each starts servers of its own, and together they would need much memory.
@Suite("Private server", .serialized) struct PrivateServerTests {
  /// A cluster that was made and stopped. Copying it is several times faster than making one, which waits for the
  /// disk again and again.
  private static let template = Task {
    let server = PrivateServer(dataDirectory: TestServer.directory + "/template", logger: TestServer.logger)
    try await server.start()
    await server.stop()
    return server.dataDirectory
  }

  /// Runs `body` with a server in a folder of its own, and stops it however that ends.
  ///
  /// - Parameter isNew: Whether it has no cluster yet.
  private func withServer(
    isNew: Bool = false, _ name: String = #function, _ body: (PrivateServer) async throws -> Void
  ) async throws {
    let directory = TestServer.directory + "/" + name.prefix { $0 != "(" }
    if !isNew {
      let template = try await Self.template.value
      try FileManager.default.createDirectory(
        atPath: (directory as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      let copy = try await BlockingThread.run {
        try ChildProcess.run(["/bin/cp", "-a", template, directory], environment: [:])
      }
      guard copy.status == 0 else { throw Unexpected(copy.output) }
    }
    let server = PrivateServer(dataDirectory: directory, logger: TestServer.logger)
    do {
      try await body(server)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
    try FileManager.default.removeItem(atPath: directory)
  }

  private func pool(_ server: PrivateServer) -> ConnectionPool {
    ConnectionPool(
      configuration: .init(connectionString: server.connectionString, logger: TestServer.logger))
  }

  private func answers(_ server: PrivateServer) async -> Bool {
    let pool = pool(server)
    let answer = try? await pool.withConnection { try await $0.query("select 1").count }
    await pool.close()
    return answer == 1
  }

  @Test("the cluster is made for durable, private use, and is quick to start again") func make() async throws {
    try await withServer { server in
      try await server.start()
      #expect(server.isOwner)
      let pool = pool(server)
      try await pool.withConnection { db in
        for (name, value) in [
          ("data_checksums", "on"), ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"),
          ("listen_addresses", ""), ("server_encoding", "UTF8"), ("log_error_verbosity", "terse"),
          ("unix_socket_permissions", "0700"), ("TimeZone", "UTC"),
        ] {
          let setting = try await db.query("select current_setting($1)", [.text(name)])[0].text(0)
          #expect(setting == value, "\(name)")
        }
        #expect(try await db.query("select lower('ÄŁ'), 'Z' < 'a'")[0].text(0) == "äł")
        try await db.simple("create table kept (i int8); insert into kept values (1)")
      }
      await pool.close()
      for path in ["", "/socket", "/cluster"] {
        var status = stat()
        #expect(stat(server.dataDirectory + path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700, "\(path)")
        #expect(status.st_uid != 0)
      }
      try await server.start()
      await server.stop()
      #expect(!server.isOwner)
      let start = Date()
      try await server.start()
      #expect(Date().timeIntervalSince(start) < 0.7)
      let again = self.pool(server)
      let count = try await again.withConnection { try await $0.query("select * from kept").count }
      #expect(count == 1)
      await again.close()
    }
  }

  @Test("a killed server comes back by itself, and the pool with it") func killed() async throws {
    try await withServer { server in
      try await server.start()
      let pool = pool(server)
      try await pool.withConnection { db in
        try await db.simple("create table kept (i int8)")
        try await db.execute("insert into kept values (1)")
      }
      let first = try #require(server.processIdentifier)
      kill(first, SIGKILL)
      let isBack = try await eventually {
        (try? await pool.withConnection { try await $0.query("select * from kept").count }) == 1
          && server.processIdentifier != first
      }
      #expect(isBack)
      await pool.close()
    }
  }

  @Test("a pool outlives a restart of the server") func restart() async throws {
    try await withServer { server in
      try await server.start()
      let pool = pool(server)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask { try await pool.withConnection { _ = try await $0.query("select pg_sleep(0.05)") } }
        }
        try await group.waitForAll()
      }
      #expect(pool.statistics.idle == 4)
      await server.stop()
      let away = try await failure { try await pool.withConnection { _ in } }
      #expect(away.isConnectionFailure)
      try await server.start()
      for _ in 0..<8 {
        let count = try await pool.withConnection { try await $0.query("select 1").count }
        #expect(count == 1)
      }
      await pool.close()
    }
  }

  @Test("a stale pid file, even with a number that another process has now, is no obstacle")
  func stalePidFile()
    async throws
  {
    try await withServer { server in
      try await server.start()
      await server.stop()
      let path = server.dataDirectory + "/cluster/postmaster.pid"
      for pid in [getpid(), 1, 4_000_000] {
        try "\(pid)\n\(server.dataDirectory)/cluster\n1\n5432\n/tmp\n\n  1 1\nready   \n"
          .write(toFile: path, atomically: false, encoding: .utf8)
        try await server.start()
        #expect(await answers(server))
        await server.stop()
      }
    }
  }

  @Test("an unfinished cluster is made anew") func unfinishedCluster() async throws {
    try await withServer(isNew: true) { server in
      let unfinished = server.dataDirectory + "/cluster.unfinished"
      try FileManager.default.createDirectory(atPath: unfinished, withIntermediateDirectories: true)
      try "15\n".write(toFile: unfinished + "/PG_VERSION", atomically: false, encoding: .utf8)
      try "".write(toFile: server.dataDirectory + "/lock", atomically: false, encoding: .utf8)
      try await server.start()
      #expect(await answers(server))
      #expect(!FileManager.default.fileExists(atPath: unfinished))
    }
  }

  @Test("a second server in the same folder shares the first, and does not stop it") func sharing()
    async throws
  {
    try await withServer { server in
      try await server.start()
      let second = PrivateServer(dataDirectory: server.dataDirectory, logger: TestServer.logger)
      try await second.start()
      #expect(!second.isOwner)
      #expect(await answers(second))
      await second.stop()
      #expect(await answers(server))
    }
  }

  @Test("a data directory too deep for a socket path works") func longPath() async throws {
    try await withServer(isNew: false, String(repeating: "deep", count: 30)) { server in
      try await server.start()
      #expect(await answers(server))
      let directory = ServerDirectories(base: server.dataDirectory).socketDirectory(
        uid: try ServerAccount.forCluster(at: "/").uid)
      #expect(directory.hasPrefix("/tmp/clearance-"))
      try? FileManager.default.removeItem(atPath: directory)
    }
  }

  @Test("missing programs, a foreign folder and a closed parent are errors that say what to do")
  func remedies()
    async throws
  {
    let missing = try #require(throws: PostgreSQLError.self) {
      try ServerBinaries.find(version: nil, environment: ["PG_BIN": "/nowhere"])
    }
    #expect(missing.hint?.contains("apt-get install postgresql") == true)
    let old = try #require(throws: PostgreSQLError.self) {
      try ServerBinaries.find(version: 99, environment: [:])
    }
    #expect(old.hint?.contains("postgresql-99") == true)
    let foreign = TestServer.directory + "/foreign"
    try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
    try "mine".write(toFile: foreign + "/letter", atomically: false, encoding: .utf8)
    let taken = try await failure {
      try await PrivateServer(dataDirectory: foreign, logger: TestServer.logger).start()
    }
    #expect(taken.message.contains("not empty"))
    guard geteuid() == 0 else { return }
    let closed = TestServer.directory + "/closed"
    try FileManager.default.createDirectory(
      atPath: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let unreachable = try await failure {
      try await PrivateServer(dataDirectory: closed + "/data", logger: TestServer.logger).start()
    }
    #expect(unreachable.hint?.contains("chmod o+x \(closed)") == true)
  }

  // MARK: Other processes

  @Test("the server of a killed process goes, and its folder can be used again") func orphan() async throws {
    try await withServer { server in
      let other = try Helper(directory: server.dataDirectory)
      defer { other.end() }
      let pid = try #require(try await other.serverProcess())
      try await server.start()
      #expect(!server.isOwner)
      kill(other.process.processIdentifier, SIGKILL)
      let isGone = try await eventually { kill(pid, 0) != 0 }
      #expect(isGone)
      try await server.start()
      #expect(server.isOwner)
      #expect(await answers(server))
    }
  }

  @Test("an ordinary user runs a server too") func ordinaryUser() async throws {
    guard geteuid() == 0 else { return }  // then all the other tests show it
    guard let nobody = getpwnam("nobody") else { return }
    let directory = TestServer.directory + "/nobody"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    chown(directory, nobody.pointee.pw_uid, nobody.pointee.pw_gid)
    let other = try Helper(directory: directory + "/data", user: "nobody")
    defer { other.end() }
    let pid = try #require(try await other.serverProcess())
    var status = stat()
    #expect(stat("/proc/\(pid)", &status) == 0)
    #expect(status.st_uid == nobody.pointee.pw_uid)
    // Root shares it while it runs, and afterwards runs it as its owner.
    let server = PrivateServer(dataDirectory: directory + "/data", logger: TestServer.logger)
    try await server.start()
    #expect(!server.isOwner)
    kill(other.process.processIdentifier, SIGKILL)
    #expect(try await eventually { kill(pid, 0) != 0 })
    try await server.start()
    #expect(server.isOwner)
    #expect(await answers(server))
    await server.stop()
    try FileManager.default.removeItem(atPath: directory)
  }
}

/// This test program, run a second time to be another process with a private server.
private struct Helper {
  static let variable = "CLEARANCE_TEST_SERVER"

  let process = Process()
  private let directory: String

  init(directory: String, user: String? = nil) throws {
    self.directory = directory
    // A copy that other accounts can read, whatever folder the tests were built in.
    let program = TestServer.directory + "/tests"
    if !FileManager.default.fileExists(atPath: program) {
      try FileManager.default.copyItem(
        atPath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), toPath: program)
      chmod(program, 0o755)
    }
    let arguments = [
      program, "--testing-library", "swift-testing", "--filter", "AnotherProcess",
    ]
    let prefix = user.map { ["setpriv", "--reuid=\($0)", "--clear-groups", "--regid=65534", "--"] } ?? []
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = prefix + arguments
    process.environment = [
      Self.variable: directory, "PATH": "/usr/bin:/bin", "HOME": "/tmp",
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// The server's process id, once it is ready; nil if that takes too long.
  func serverProcess() async throws -> pid_t? {
    let cluster = Cluster(directory: directory + "/cluster")
    guard try await eventually(seconds: 20, { cluster.pidFile()?.isReady ?? false }) else { return nil }
    return cluster.pidFile()?.pid
  }

  func end() {
    process.terminate()
    process.waitUntilExit()
  }
}

@Suite("AnotherProcess", .enabled(if: ProcessInfo.processInfo.environment[Helper.variable] != nil))
struct AnotherProcess {
  @Test("serves until it is killed") func serve() async throws {
    let directory = try #require(ProcessInfo.processInfo.environment[Helper.variable])
    let server = PrivateServer(dataDirectory: directory)
    try await server.start()
    // Long enough for the tests, and an end even if they forget it.
    try await Task.sleep(for: .seconds(60))
    await server.stop()
  }
}
