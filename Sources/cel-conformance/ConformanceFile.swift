import CEL
import Foundation

/// A file of conformance cases.
struct ConformanceFile {
  /// What is wrong with a file.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let tests: [ConformanceTest]

  /// The files that the paths name; a folder stands for its files `*.json` in the order of their names.
  static func files(at paths: [String]) throws -> [ConformanceFile] {
    var files: [ConformanceFile] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Failure(description: "\(path): no such file or folder")
      }
      guard isFolder.boolValue else {
        files.append(try ConformanceFile(path: path))
        continue
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      for name in names.sorted() where name.hasSuffix(".json") {
        files.append(try ConformanceFile(path: path + "/" + name))
      }
    }
    return files
  }

  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(description: "\(path): cannot be read")
    }
    let root: Value
    do {
      root = try Value(json: data)
    } catch {
      throw Failure(description: "\(path): \(error)")
    }
    guard let list = root["tests"]?.elements else {
      throw Failure(description: "\(path): there is no list `tests`")
    }
    let name = root["file"]?.text ?? path
    tests = list.map { ConformanceTest(file: name, $0) }
  }
}

extension Value {
  /// The member of a JSON object.
  subscript(key: String) -> Value? {
    guard case .map(let map) = self else { return nil }
    return map[key]
  }

  /// The elements of a JSON array.
  var elements: [Value]? {
    guard case .list(let list) = self else { return nil }
    return list
  }

  /// A JSON string.
  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// Whether it is JSON `true`.
  var isTrue: Bool {
    guard case .bool(true) = self else { return false }
    return true
  }
}
