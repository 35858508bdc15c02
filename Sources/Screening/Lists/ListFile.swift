import Foundation

/// A file to read a list from. It is opened once, read forwards in pieces and never held as a whole, so that a pipe
/// serves as well as a file.
public struct ListFile: Sendable {
  /// The next piece of the file; `nil` at its end.
  package typealias Pieces = () throws(ListFault) -> [UInt8]?

  /// The name by which faults speak of it.
  public let name: String
  package let open: @Sendable () throws(ListFault) -> Pieces

  /// The file at `path`.
  public init(path: String) {
    name = path
    open = { () throws(ListFault) -> Pieces in try ListFile.pieces(ofFileAt: path) }
  }

  /// A text in memory.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    open = { () throws(ListFault) -> Pieces in
      var rest: [UInt8]? = bytes
      return { () throws(ListFault) -> [UInt8]? in
        defer { rest = nil }
        return rest
      }
    }
  }

  /// Bytes that are made while they are read.
  package init(name: String, pieces: @escaping @Sendable () -> Pieces) {
    self.name = name
    open = { () throws(ListFault) -> Pieces in pieces() }
  }

  /// The last part of the name, in lower case: `sdn.csv`.
  var baseName: String { (name.split(separator: "/").last.map(String.init) ?? name).lowercased() }

  private static func pieces(ofFileAt path: String) throws(ListFault) -> Pieces {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw ListFault(
        file: path, message: "the file cannot be opened (\(reason(error)))",
        remedy: "Check that it exists and may be read.")
    }
    return { () throws(ListFault) -> [UInt8]? in
      do {
        return try handle.read(upToCount: 1 << 18).map { [UInt8]($0) }
      } catch {
        throw ListFault(
          file: path, message: "the file cannot be read (\(reason(error)))",
          remedy: "Name a file, not a folder, and check the disk.")
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(truncatingIfNeeded: underlying.code)))
  }
}
