import Foundation

/// What lies in the data directory of a private server:
/// `cluster/` (PostgreSQL's own), `socket/`, `lock`, `server.log` and `server.log.1`.
struct ServerDirectories {
  /// `sun_path` holds 108 bytes with its final NUL.
  private static let longestSocketPath = 107
  static let port = 5432

  let base: String

  /// - Parameter base: The data directory; relative paths and links are resolved.
  init(base: String) {
    let absolute = base.hasPrefix("/") ? base : FileManager.default.currentDirectoryPath + "/" + base
    self.base = URL(fileURLWithPath: absolute).standardizedFileURL.resolvingSymlinksInPath().path
  }

  var cluster: String { base + "/cluster" }
  /// Where a cluster is made, before it gets its name.
  var unfinishedCluster: String { base + "/cluster.unfinished" }
  var lock: String { base + "/lock" }
  var log: String { base + "/server.log" }

  /// The folder of the socket: in the data directory, or in `/tmp` if the path were too long for a socket.
  func socketDirectory(uid: uid_t) -> String {
    let usual = base + "/socket"
    if "\(usual)/.s.PGSQL.\(Self.port)".utf8.count <= Self.longestSocketPath { return usual }
    // FNV-1a, only to tell data directories apart.
    let hash = base.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return "/tmp/clearance-\(uid)-" + String(hash, radix: 36)
  }

  /// Makes the folders that are missing, of mode 0700 and owned by the account.
  func create(for account: ServerAccount) throws {
    try FileManager.default.createDirectory(
      atPath: (base as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try account.checkAccess(to: base)
    var status = stat()
    if mkdir(base, 0o700) != 0 {
      guard errno == EEXIST, stat(base, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw failure("cannot make \(base)", errno)
      }
      // A folder that someone made for us is taken over only if it holds nothing, or what we put there.
      let names = try FileManager.default.contentsOfDirectory(atPath: base)
      guard names.isEmpty || names.contains("cluster") || names.contains("lock") else {
        throw PostgreSQLError(
          .privateServer, "\(base) is not empty and holds no private server",
          hint: "name an empty or new folder")
      }
      if !account.isOther, status.st_uid != account.uid {
        throw PostgreSQLError(
          .privateServer, "\(base) belongs to another account than \(account.name)",
          hint: "run as that account or as root, or choose another data directory")
      }
      if status.st_mode & 0o777 != 0o700, chmod(base, 0o700) != 0 {
        throw failure("cannot protect \(base)", errno)
      }
    }
    try account.own(base)
    try makePrivate(socketDirectory(uid: account.uid), for: account)
  }

  /// Makes a folder that nobody else can have prepared: in `/tmp`, everybody could.
  private func makePrivate(_ path: String, for account: ServerAccount) throws {
    if mkdir(path, 0o700) == 0 { return try account.own(path) }
    var status = stat()
    guard errno == EEXIST, lstat(path, &status) == 0 else { throw failure("cannot make \(path)", errno) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == account.uid, status.st_mode & 0o077 == 0 else {
      throw PostgreSQLError(
        .privateServer, "\(path) is not a private folder of \(account.name)", hint: "remove it")
    }
  }

  private func failure(_ what: String, _ code: Int32) -> PostgreSQLError {
    PostgreSQLError(.privateServer, "\(what): \(String(cString: strerror(code)))")
  }
}

/// A lock that lasts as long as the process that holds it, whatever ends it (`flock`).
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock if it is free.
  ///
  /// - Returns: nil if another process (or another part of this one) holds it.
  init?(path: String, account: ServerAccount) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw PostgreSQLError(.privateServer, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    try account.own(path)
  }

  deinit { close(descriptor) }
}
