import Foundation

/// Tells whether the files of a rules folder have changed, by their names, sizes and times of modification.
public struct RulesFolderWatch: Sendable {
  /// The folder.
  public let directory: String
  private var settled: Set<String>
  private var last: Set<String>

  /// Remembers the folder as it is now.
  public init(_ directory: String) {
    self.directory = directory
    settled = RulesFolderWatch.files(directory)
    last = settled
  }

  /// Whether the files differ from those last taken up, and are as they were when this was asked before: a file that
  /// is being written is left alone until it rests.
  public mutating func isChanged() -> Bool {
    let now = RulesFolderWatch.files(directory)
    defer { last = now }
    return now == last && now != settled
  }

  /// Says that the files as they were last seen have been taken up, or refused.
  public mutating func settle() { settled = last }

  private static func files(_ directory: String) -> Set<String> {
    let directory = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
    guard let paths = FileManager.default.enumerator(atPath: directory) else { return [] }
    var files: Set<String> = []
    for case let path as String in paths where path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
      // Mounted configuration is often a link to a file that is exchanged as a whole.
      let target = URL(fileURLWithPath: directory + "/" + path).resolvingSymlinksInPath().path
      let attributes = try? FileManager.default.attributesOfItem(atPath: target)
      let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      let size = (attributes?[.size] as? NSNumber)?.int64Value ?? -1
      files.insert("\(path) \(target) \(time) \(size)")
    }
    return files
  }
}
