import ClearanceService
import Compliance
import Crypto
import Foundation
import Store
import Usage

/// A file of usage. It is read twice: once to find its faults, once to take it in parts.
struct UsageFile {
  /// Rows of a part. Parts are told apart by their numbers: with another size, a file that was begun could not go on.
  static let partRows = 250_000

  /// What reading the whole file has found.
  struct Contents {
    let rows: Int
    /// SHA-256 of the file in hexadecimal.
    let hash: String
  }

  /// What came of an import.
  struct Outcome {
    /// Accounts and hours that were added now; a file may have several rows of one account and hour.
    var added = 0
    /// Those of parts that had been taken before.
    var known = 0
  }

  /// What tells whether a file is still the same.
  private struct Version: Equatable {
    let bytes: Int?
    let number: Int?
    let changedAt: Date?

    /// Nil if the path names no file.
    init?(_ path: String) {
      // Through a link to the file itself.
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
        attributes[.type] as? FileAttributeType == .typeRegular
      else { return nil }
      bytes = attributes[.size] as? Int
      number = attributes[.systemFileNumber] as? Int
      changedAt = attributes[.modificationDate] as? Date
    }
  }

  private let path: String
  private let version: Version

  /// The file at a path.
  init(_ path: String) throws {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Failure(.input, "\(path) cannot be read: check the name and its permissions")
    }
    guard let version = Version(path) else {
      throw Failure(.input, "\(path) is not a file: it is read twice, so a pipe does not do")
    }
    self.path = path
    self.version = version
  }

  /// Reads the file to its end.
  ///
  /// - Throws: ``Failure`` with all faults.
  func check() throws -> Contents {
    var parts = try UsageParts(path)
    var hash = SHA256()
    while try parts.next({ hash.update(bufferPointer: $0) }) != nil {}
    return Contents(rows: parts.rowCount, hash: hash.finalize().hexadecimal)
  }

  /// Takes the file's parts in order, each in a transaction of its own and only once. While the database adds one, the
  /// next is read.
  ///
  /// - Parameter progress: told how many rows are done, after each part.
  func add(to store: UsageStore, batch: String, progress: (Int) -> Void) async throws -> Outcome {
    var outcome = Outcome()
    var parts = try UsageParts(path)
    var number = 0
    var next = try parts.next()
    while let part = next {
      try refuseIfChanged()
      number += 1
      let (id, rowCount) = ("\(batch)#\(number)", parts.rowCount)
      async let taken = store.record(part, id: id, recordedBy: Caller.anonymous.id)
      next = try parts.next()
      let receipt: UsageStore.Receipt
      do {
        receipt = try await taken
      } catch let conflict as UsageStore.Conflict {
        throw Failure(
          .input,
          "\(conflict): \(path) was begun with other contents. Finish it as it was, or give what is new in a file of its own"
        )
      }
      if receipt.isRepeated { outcome.known += receipt.rows } else { outcome.added += receipt.rows }
      progress(rowCount)
    }
    return outcome
  }

  /// Calls `body` with the rows of each part.
  func forEachPart(_ body: (UsageBatch) throws -> Void) throws {
    var parts = try UsageParts(path)
    while let part = try parts.next() { try body(part) }
  }

  private func refuseIfChanged() throws {
    guard Version(path) == version
    else {
      throw Failure(.input, "\(path) changed while it was read: import it when it is complete")
    }
  }
}

/// The rows of a file in parts of the same size.
struct UsageParts {
  private static let pieceBytes = 1 << 20

  private let path: String
  private let handle: FileHandle
  private var reader: UsageReader
  private var piece = Data()
  private var position = 0
  private var isAtEnd = false

  var rowCount: Int { reader.rowCount }

  init(_ path: String) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw Failure(.input, "\(path) cannot be read: check the name and its permissions")
    }
    self.path = path
    self.handle = handle
    piece = try handle.read(upToCount: UsageParts.pieceBytes) ?? Data()
    // A CSV file begins with the name of a column.
    let isJSON = piece.first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "{")
    reader = UsageReader(isJSON ? .ndjson : .csv, limits: UsageLimits(at: .now))
  }

  /// The next part; `nil` at the end.
  ///
  /// - Parameter look: given the bytes of the file in order.
  /// - Throws: ``Failure`` with all faults of the file, at its end.
  mutating func next(_ look: (UnsafeRawBufferPointer) -> Void = { _ in }) throws -> UsageBatch? {
    var batch = UsageBatch()
    while !isAtEnd, batch.count < UsageFile.partRows {
      if position == 0 { piece.withUnsafeBytes(look) }
      position += piece.withUnsafeBytes { bytes in
        reader.read(UnsafeRawBufferPointer(rebasing: bytes[position...]), into: &batch, limit: UsageFile.partRows)
      }
      guard position == piece.count else { break }
      position = 0
      piece = try handle.read(upToCount: UsageParts.pieceBytes) ?? Data()
      guard piece.isEmpty else { continue }
      isAtEnd = true
      do {
        try reader.finish(&batch)
      } catch {
        throw Failure(.input, text(of: error))
      }
    }
    return batch.isEmpty && isAtEnd ? nil : batch
  }

  private func text(of faults: Faults) -> String {
    var lines = faults.list.map { fault in
      let place = "\(path)\(fault.line.map { ":\($0)" } ?? "")"
      let field = fault.pointer.isEmpty ? "" : "\(fault.pointer.dropFirst()): "
      return "\(place): \(field)\(fault.message). \(fault.remedy)"
    }
    if faults.count > faults.list.count { lines.append("and \(faults.count - faults.list.count) more") }
    return "nothing was taken:\n" + lines.joined(separator: "\n")
  }
}
