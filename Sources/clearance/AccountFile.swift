import Compliance
import Foundation

/// A file of submissions, one a line, in order of `created_at`. It stays on disk; a submission is read again when it is
/// needed again.
struct AccountFile: Sendable {
  /// A line that was read.
  struct Line: Sendable {
    /// Counted from 1.
    let number: Int
    /// Where it begins in the file.
    let start: Int
    let submission: Submission
  }

  /// Lines of a chunk.
  private static let chunkLines = 2_048

  private let path: String
  private let data: Data

  init(_ path: String) throws {
    self.path = path
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw Failure(.input, "\(path) cannot be read: check the name and its permissions")
    }
    self.data = data
  }

  /// The submission of the line that begins at a place.
  func submission(at start: Int) throws -> Submission { try Submission.decode(line(start)) }

  /// Reads the lines from a place on.
  ///
  /// - Parameters:
  ///   - start: where the first of them begins.
  ///   - number: its number.
  /// - Returns: the lines, and where the next begins; `nil` at the end.
  /// - Throws: ``Failure`` with all faults of the first faulty line.
  func lines(from start: Int, number: Int) throws -> (lines: [Line], next: Int, number: Int)? {
    var lines: [Line] = []
    lines.reserveCapacity(AccountFile.chunkLines)
    var (start, number) = (start, number)
    while start < data.count, lines.count < AccountFile.chunkLines {
      let bytes = line(start)
      if !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        do throws(Faults) {
          lines.append(Line(number: number, start: start, submission: try Submission.decode(bytes)))
        } catch {
          throw Failure(.input, "\(path):\(number): \(error)")
        }
      }
      start += bytes.count + 1
      number += 1
    }
    return lines.isEmpty ? nil : (lines, start, number)
  }

  private func line(_ start: Int) -> [UInt8] {
    let end = data[start...].firstIndex(of: 0x0A) ?? data.count
    return Array(data[start..<end])
  }
}
