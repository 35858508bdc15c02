import Foundation

/// The server's log, in two files of limited size: when `server.log` is full it becomes `server.log.1`.
///
/// Used by one thread, the one that reads the server's output.
final class ServerLog {
  static let maximumBytes = 4 << 20

  private let path: String
  private let account: ServerAccount
  private var descriptor: Int32 = -1
  private var size = 0
  /// The last lines, for the error when the server does not start.
  private(set) var tail: [UInt8] = []

  init(path: String, account: ServerAccount) {
    self.path = path
    self.account = account
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ bytes: ArraySlice<UInt8>) {
    tail += bytes
    if tail.count > 4096 { tail.removeFirst(tail.count - 4096) }
    if descriptor >= 0, size + bytes.count > Self.maximumBytes {
      close(descriptor)
      descriptor = -1
      rename(path, path + ".1")
    }
    if descriptor < 0 { open() }
    // A full disk must not stop the server; its log can be lost.
    _ = Array(bytes).withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    size += bytes.count
  }

  private func open() {
    descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    var status = stat()
    size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    try? account.own(path)
  }
}
