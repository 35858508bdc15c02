import ClearanceService
import Foundation
import Screening

/// Lists that a command takes as `ID=FILE`.
enum ListArguments {
  /// Reads the lists. Findings about rows go to standard error; a file that cannot be read ends the command.
  static func read(_ arguments: [String]) throws -> [Screener.List] {
    var files: [(id: String, paths: [String])] = []
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw Failure(.input, "--list `\(argument)`: write ID=FILE, as us-ofac-sdn=sdn.csv")
      }
      if let index = files.firstIndex(where: { $0.id == parts[0] }) {
        files[index].paths.append(parts[1])
      } else {
        files.append((parts[0], [parts[1]]))
      }
    }
    return try files.map { id, paths in
      let reading = try reading(paths, id: id, format: nil)
      do {
        return Screener.List(ListVersion(listID: id, entries: try reading.entries(for: id)))
      } catch {
        throw Failure(.input, "\(error)")
      }
    }
  }

  /// Reads the files of one list, and says on standard error what is wrong with rows.
  static func reading(_ paths: [String], id: String, format: ListFormat?) throws -> ListReading {
    do throws(ListFault) {
      let reading = try ListReading(paths.map { ListFile(path: $0) }, format: format, listID: id)
      if !reading.faults.isEmpty { complain("\(id): \(reading.faults)") }
      for note in reading.notes { complain("\(id): \(note)") }
      return reading
    } catch {
      throw Failure(.input, "\(error)")
    }
  }
}
