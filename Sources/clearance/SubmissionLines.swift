import Compliance
import Foundation

/// Reads submissions from a file or standard input: one JSON value however it is laid out, or one a line.
enum SubmissionLines {
  /// Calls `body` with the number of the line that each submission begins on, and its bytes. Memory is bounded
  /// by the longest line, except where the whole input is one value over several lines.
  static func forEach(in path: String, _ body: (Int, [UInt8]) throws -> Void) throws {
    guard let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path) else {
      throw Failure(.input, "\(path) cannot be read: check the name and its permissions")
    }
    var pending: [UInt8] = []
    var line = 0
    var isNDJSON: Bool?
    var isEmpty = true

    func take(_ bytes: [UInt8]) throws {
      line += 1
      if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
      isEmpty = false
      try body(line, bytes)
    }

    while true {
      let chunk = try handle.read(upToCount: 1 << 16) ?? Data()
      pending += chunk
      if pending.count > 16 * SubmissionLimits.bodyBytes {
        throw Failure(.input, "\(path): a line is longer than \(16 * SubmissionLimits.bodyBytes) bytes")
      }
      if isNDJSON == nil {
        // The first line decides: it is a whole value, or the beginning of one over several lines.
        guard let end = pending.firstIndex(of: 0x0A) else {
          if chunk.isEmpty { break }
          continue
        }
        isNDJSON = (try? JSON.parse(pending[..<end])) != nil || pending[..<end].last == UInt8(ascii: "}")
      }
      if isNDJSON == true {
        var start = 0
        while let end = pending[start...].firstIndex(of: 0x0A) {
          try take(Array(pending[start..<end]))
          start = end + 1
        }
        pending.removeFirst(start)
      }
      if chunk.isEmpty { break }
    }
    if !pending.isEmpty { try take(pending) }
    if isEmpty { throw Failure(.input, "\(path == "-" ? "standard input" : path) has no submission") }
  }
}
