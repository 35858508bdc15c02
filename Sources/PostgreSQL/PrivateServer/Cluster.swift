import Foundation

/// A cluster of databases on disk, and the server processes that may be at work on it.
struct Cluster {
  let directory: String

  /// The major version that made it; nil if there is none.
  func version() throws -> Int? {
    guard access(directory, F_OK) == 0 else { return nil }
    // The folder gets its name only when it is complete, so one without a version is not ours.
    guard let text = try? String(contentsOfFile: directory + "/PG_VERSION", encoding: .utf8),
      let version = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else {
      throw PostgreSQLError(
        .privateServer, "\(directory) is not a database cluster: PG_VERSION is missing",
        hint: "restore it from a backup, or move it away to begin anew")
    }
    return version
  }

  /// Makes a new cluster: in a folder beside, renamed when all of it is on disk, so that a crash half-way leaves
  /// nothing that could be taken for a cluster.
  static func make(
    in directories: ServerDirectories, binaries: ServerBinaries, account: ServerAccount
  ) throws {
    let unfinished = directories.unfinishedCluster
    try? FileManager.default.removeItem(atPath: unfinished)
    // Order by code point (fast, and the same on every machine), but know the letters of all scripts.
    var locale = ["--locale=C.UTF-8", "--lc-collate=C", "--lc-messages=C"]
    for attempt in 1...2 {
      let command = try account.command(
        [
          binaries.initdb, "-D", unfinished, "--username=postgres", "--auth-local=trust",
          "--auth-host=reject",
          "--encoding=UTF8", "--data-checksums", "--no-instructions",
        ] + locale)
      let run = try ChildProcess.run(command, environment: Self.environment)
      if run.status == 0 { break }
      if attempt == 1, run.output.contains("invalid locale name") {
        locale = ["--locale=C"]
        continue
      }
      throw PostgreSQLError(
        .privateServer, "initdb failed with status \(run.status): \(run.output.suffix(2000))")
    }
    guard rename(unfinished, directories.cluster) == 0 else {
      throw PostgreSQLError(
        .privateServer, "cannot rename \(unfinished): \(String(cString: strerror(errno)))")
    }
    let descriptor = open(directories.base, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    fsync(descriptor)
    close(descriptor)
  }

  /// What the programs of the server see of the environment.
  static let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]

  // MARK: postmaster.pid

  /// What a running server says about itself (`pidfile.h` of the server).
  struct PidFile {
    let pid: pid_t
    let port: Int
    let socketDirectory: String
    let isReady: Bool
  }

  private var pidPath: String { directory + "/postmaster.pid" }

  func pidFile() -> PidFile? {
    guard let text = try? String(contentsOfFile: pidPath, encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let pid = lines.first.flatMap({ pid_t($0) }), pid > 0 else { return nil }
    func line(_ index: Int) -> String { lines.count > index ? lines[index] : "" }
    return PidFile(
      pid: pid, port: Int(line(3)) ?? 0, socketDirectory: line(4), isReady: line(7).hasPrefix("ready"))
  }

  /// Ends what a dead owner left behind: a server still at work is shut down, since nothing watches over it any
  /// more; the pid file of a dead one is removed. The caller holds the lock of the data directory.
  ///
  /// PostgreSQL removes a stale pid file by itself, but not when the number has gone to another process since, as
  /// it does in containers, where numbers are small. It is removed here only when no process works in the cluster,
  /// as the backends of a killed server may for a moment.
  func clearLeftovers() throws {
    guard access(pidPath, F_OK) == 0 else { return }
    // SIGINT: fast shutdown; SIGQUIT: immediate shutdown, after which the next start recovers from the log.
    for (signal, milliseconds) in [(SIGINT, 15_000), (SIGQUIT, 5000), (SIGKILL, 5000)] {
      let pids = processes()
      if pids.isEmpty { break }
      let server = pidFile()?.pid
      // Only the server passes signals on in order; its children are hit when it is gone.
      for pid in pids where server.map({ $0 == pid || !pids.contains($0) }) ?? true { kill(pid, signal) }
      let deadline = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
      while !processes().isEmpty, Date() < deadline { usleep(5000) }
    }
    let pids = processes()
    guard pids.isEmpty else {
      throw PostgreSQLError(
        .privateServer, "processes \(pids) still work in \(directory), and do not end",
        hint: "end them, then start again")
    }
    unlink(pidPath)
  }

  /// The processes whose working folder is the cluster, as that of every server process is.
  private func processes() -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { pid in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) == directory
    }
  }
}
