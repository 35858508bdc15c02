import Compliance
import Crypto
import Foundation

/// The text of a ruleset: every rule file by its path. It is what the ruleset's hash is taken of, and what is
/// kept so that a decision can be judged again years later.
public struct RulesetSource: Sendable {
  /// How many files a ruleset may have.
  public static let maximumFiles = 10_000

  /// The rule files, sorted by path.
  public let files: [SourceFile]
  /// SHA-256 of ``canonicalText``, in lower-case hexadecimal.
  public let hash: String
  /// The files as canonical JSON (RFC 8785): `{"files":{"us-ofac.yaml":"…"}}`.
  public let canonicalText: [UInt8]

  /// A source from its files.
  public init(files: [SourceFile]) {
    self.files = files.sorted { $0.path < $1.path }
    canonicalText =
      JSON.object([
        JSON.Member("files", .object(self.files.map { JSON.Member($0.path, .string($0.text)) }))
      ]).canonicalBytes
    hash = SHA256.hash(data: canonicalText).hexadecimal
  }

  /// A source from its canonical text, as it was kept: the same files, and so the same hash.
  ///
  /// - Throws: ``RulesetFaults`` when the text is not what ``canonicalText`` gives for any files.
  public init(canonicalText: [UInt8]) throws(RulesetFaults) {
    var files: [SourceFile] = []
    if let json = try? JSON.parse(canonicalText), case .object(let members)? = json["files"] {
      for member in members {
        if let text = member.value.text { files.append(SourceFile(path: member.key, text: text)) }
      }
    }
    self.init(files: files)
    guard self.canonicalText == canonicalText else {
      throw RulesetFaults(diagnostics: [
        RuleDiagnostic(file: "(stored ruleset)", "is not a ruleset's canonical text", remedy: "Check the store.")
      ])
    }
  }

  /// Reads the rule files of a folder: `*.yaml` and `*.yml` below it, but not below `tests`, and no hidden ones.
  public static func read(_ directory: String) throws(RulesetFaults) -> RulesetSource {
    RulesetSource(files: try read(directory) { !$0.hasPrefix("tests/") })
  }

  /// Reads the test files of a rules folder: `tests/*.yaml`.
  public static func readTests(_ directory: String) throws(RulesetFaults) -> [SourceFile] {
    try read(directory) { $0.hasPrefix("tests/") }
  }

  private static func read(_ directory: String, where include: (String) -> Bool) throws(RulesetFaults) -> [SourceFile] {
    // The enumerator does not follow a link to the folder itself, which is how rules are often mounted.
    let directory = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
    // For what is not there or no folder, the enumerator has no paths and says nothing.
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder), isFolder.boolValue,
      let paths = FileManager.default.enumerator(atPath: directory)
    else {
      throw RulesetFaults(diagnostics: [
        RuleDiagnostic(
          file: directory, "there is no such folder, or it cannot be read",
          remedy: "Name the folder with your rules: --rules DIR.")
      ])
    }
    var files: [SourceFile] = []
    var faults: [RuleDiagnostic] = []
    for case let path as String in paths {
      guard path.hasSuffix(".yaml") || path.hasSuffix(".yml"), include(path),
        !path.split(separator: "/").contains(where: { $0.hasPrefix(".") })
      else { continue }
      guard let data = FileManager.default.contents(atPath: directory + "/" + path) else {
        faults.append(RuleDiagnostic(file: path, "cannot be read", remedy: "Check the file's permissions."))
        continue
      }
      guard data.count <= YAMLReader.maximumBytes else {
        faults.append(
          RuleDiagnostic(
            file: path, "is larger than \(YAMLReader.maximumBytes) bytes", remedy: "Split it into several files."))
        continue
      }
      guard let text = String(validating: data, as: UTF8.self) else {
        faults.append(RuleDiagnostic(file: path, "is not UTF-8", remedy: "Save the file as UTF-8."))
        continue
      }
      files.append(SourceFile(path: path, text: text))
    }
    if files.count > maximumFiles {
      faults.append(RuleDiagnostic(file: directory, "has more than \(maximumFiles) files", remedy: "Merge some."))
    }
    guard faults.isEmpty else { throw RulesetFaults(diagnostics: faults) }
    return files
  }
}
