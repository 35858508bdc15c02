import Foundation

/// The account that the server runs as: this process's own, or, since PostgreSQL refuses to run as root, another.
struct ServerAccount {
  let name: String
  let uid: uid_t
  let gid: gid_t
  /// Whether this process must change to it.
  let isOther: Bool

  /// The account for a data directory: root takes the owner of the cluster that is there, or else `postgres`.
  static func forCluster(at cluster: String) throws -> ServerAccount {
    let own = geteuid()
    guard own == 0 else {
      return ServerAccount(name: name(of: own), uid: own, gid: getegid(), isOther: false)
    }
    var status = stat()
    if stat(cluster, &status) == 0, status.st_uid != 0 {
      return ServerAccount(
        name: name(of: status.st_uid), uid: status.st_uid, gid: status.st_gid, isOther: true)
    }
    guard let entry = getpwnam("postgres") else {
      throw PostgreSQLError(
        .privateServer, "PostgreSQL does not run as root, and there is no account named postgres to run it",
        hint: "apt-get install postgresql makes one; or run as an ordinary user")
    }
    return ServerAccount(
      name: "postgres", uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid, isOther: true)
  }

  private static func name(of uid: uid_t) -> String {
    getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? String(uid)
  }

  /// The command that runs `command` as this account.
  ///
  /// - Parameter diesWithParent: Whether the kernel is to send it SIGINT, which PostgreSQL takes as a fast
  ///   shutdown, when the thread that started it ends, and so when this process dies of whatever cause.
  func command(_ command: [String], diesWithParent: Bool = false) throws -> [String] {
    if let setpriv = Self.program("setpriv") {
      var prefix = [setpriv]
      if isOther {
        let groups = getpwuid(uid) == nil ? "--clear-groups" : "--init-groups"
        prefix += ["--reuid=\(uid)", "--regid=\(gid)", groups]
      }
      if diesWithParent { prefix.append("--pdeathsig=INT") }
      return prefix.count == 1 ? command : prefix + ["--"] + command
    }
    guard isOther else { return command }
    if let runuser = Self.program("runuser") { return [runuser, "-u", name, "--"] + command }
    throw PostgreSQLError(
      .privateServer, "neither setpriv nor runuser is installed, so the server cannot run as \(name)",
      hint: "apt-get install util-linux; or run as an ordinary user")
  }

  private static func program(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
  }

  /// Gives a file to this account.
  func own(_ path: String) throws {
    guard isOther, lchown(path, uid, gid) != 0 else { return }
    throw PostgreSQLError(
      .privateServer, "cannot give \(path) to \(name): \(String(cString: strerror(errno)))")
  }

  /// Checks that this account can reach a folder, by the permission bits of all folders above it.
  func checkAccess(to path: String) throws {
    guard isOther else { return }
    var prefix = ""
    for part in path.split(separator: "/").dropLast() {
      prefix += "/" + part
      var status = stat()
      guard stat(prefix, &status) == 0 else { continue }
      let bit: mode_t = status.st_uid == uid ? 0o100 : status.st_gid == gid ? 0o010 : 0o001
      guard status.st_mode & bit == 0 else { continue }
      throw PostgreSQLError(
        .privateServer,
        "the account \(name), which runs the server for root, may not enter \(prefix), above \(path)",
        hint: "choose another data directory, such as \(PrivateServer.defaultDataDirectory()), "
          + "or allow it: chmod o+x \(prefix)")
    }
  }
}
