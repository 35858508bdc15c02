import Compliance
import Foundation
import Ledger
import Store

/// The key that signs the log's checkpoints, in a file outside the database: whoever can write the database cannot sign
/// what was rewritten.
///
/// A log is begun with the first start on a database. Its key is written to disk before the database names it, so that
/// no log is without its key; a key whose log was begun by another replica meanwhile is removed again. Replicas of one
/// database need the same file.
public struct LogKey: Sendable {
  /// Which log it is.
  public let identity: LedgerStore.Identity
  /// What signs.
  public let key: SigningKey

  /// Why a log cannot be signed.
  public enum Fault: Error, CustomStringConvertible {
    /// The file of the key is not there, and the database has a log.
    case missing(path: String, verifierKey: String)
    /// The file has another key.
    case other(path: String, found: String, verifierKey: String)
    /// The file cannot be read or written, or is open to others.
    case file(String)
    /// The database has a log of another name.
    case otherOrigin(found: String, asked: String)
    /// A name that no log can have.
    case origin(String)

    /// What is wrong and what to do.
    public var description: String {
      switch self {
      case .missing(let path, let key):
        """
        the log in this database is signed by \(key), whose key is not at \(path): copy the file from where the service \
        first ran, or name it with --log-key FILE
        """
      case .other(let path, let found, let key):
        "the key in \(path) is \(found), and the log in this database is signed by \(key): name its file with --log-key"
      case .file(let text): text
      case .otherOrigin(let found, let asked):
        "the log in this database is named \(found) for good, not \(asked): leave --log-origin out"
      case .origin(let text): "--log-origin: \(text)"
      }
    }
  }

  /// Opens the key of the database's log; begins the log when there is none.
  ///
  /// - Parameters:
  ///   - file: where the key is; `nil` for a file in `folder` that is named after the log.
  ///   - folder: where keys lie for which no file is named.
  ///   - origin: what a new log is named; `nil` for a name made at random.
  ///   - store: the log.
  /// - Throws: ``Fault``; a database error.
  public static func open(
    file: String?, folder: String, origin: String?, _ store: LedgerStore
  ) async throws -> LogKey {
    if let identity = try await store.identity() {
      if let origin, origin != identity.origin { throw Fault.otherOrigin(found: identity.origin, asked: origin) }
      return try open(identity, file: file, folder: folder)
    }
    let key: SigningKey
    let made: String?
    if let file, FileManager.default.fileExists(atPath: file) {
      key = try read(file)
      made = nil
      if let origin, origin != key.verifierKey.name {
        throw Fault.other(path: file, found: key.verifierKey.label, verifierKey: origin)
      }
    } else {
      do {
        key = try SigningKey(name: origin ?? randomOrigin())
      } catch {
        throw Fault.origin(error.description)
      }
      let path = file ?? defaultFile(in: folder, key.verifierKey)
      try write(key, to: path)
      made = path
    }
    let identity = LedgerStore.Identity(
      origin: key.verifierKey.name, verifierKey: key.verifierKey.description)
    let checkpoint = try Checkpoint(origin: identity.origin, size: 0, root: .emptyRoot).signed(by: [key])
    let begun = try await store.begin(
      identity,
      tail: .init(
        position: .init(size: 0, root: Hash.emptyRoot.bytes), edge: [], records: [],
        checkpoint: checkpoint.description, signedAt: .now))
    if begun == identity { return LogKey(identity: identity, key: key) }
    if let made { try? FileManager.default.removeItem(atPath: made) }
    return try open(begun, file: file, folder: folder)
  }

  private static func open(
    _ identity: LedgerStore.Identity, file: String?, folder: String
  ) throws -> LogKey {
    let path: String
    if let file {
      path = file
    } else {
      do {
        path = defaultFile(in: folder, try VerifierKey(identity.verifierKey))
      } catch {
        throw Fault.file("the log's key in the database cannot be read: \(error)")
      }
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw Fault.missing(path: path, verifierKey: identity.verifierKey)
    }
    let key = try read(path)
    guard key.verifierKey.description == identity.verifierKey else {
      throw Fault.other(path: path, found: key.verifierKey.description, verifierKey: identity.verifierKey)
    }
    return LogKey(identity: identity, key: key)
  }

  /// Nobody else's log has this name, and nothing is ever found under it (RFC 6761 section 6.4).
  private static func randomOrigin() -> String {
    "clearance.invalid/" + String(UUID().text.replacing("-", with: "").prefix(16))
  }

  static func defaultFile(in folder: String, _ key: VerifierKey) -> String {
    let id = String(key.id, radix: 16)
    return folder + "/log-" + String(repeating: "0", count: 8 - id.count) + id + ".key"
  }

  private static func read(_ path: String) throws(Fault) -> SigningKey {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let data = FileManager.default.contents(atPath: path)
    else { throw .file("the log's key \(path) cannot be read") }
    if let mode = attributes[.posixPermissions] as? Int, mode & 0o077 != 0 {
      throw .file("the log's key \(path) is open to others: chmod 600 \(path)")
    }
    do {
      return try SigningKey(String(decoding: data, as: UTF8.self))
    } catch {
      throw .file("\(path): \(error)")
    }
  }

  /// Writes the key so that it is on disk, whole, when this returns; never over a file that is there.
  private static func write(_ key: SigningKey, to path: String) throws(Fault) {
    let folder = (path as NSString).deletingLastPathComponent
    do {
      if !folder.isEmpty {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
      }
    } catch {
      throw .file("the folder of the log's key \(path) cannot be made: \(error.localizedDescription)")
    }
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .file(
        "the log's key cannot be written to \(path) (\(String(cString: strerror(errno)))): name a file with --log-key")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data((key.secretText + "\n").utf8))
      try handle.synchronize()
    } catch {
      throw .file("the log's key cannot be written to \(path): \(error.localizedDescription)")
    }
    let folderDescriptor = Foundation.open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }
}
