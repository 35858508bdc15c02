import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Linkage
import Policy

struct PlayTimeline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Plays a population in order of time, and tells when each account would have been held up.",
    discussion: """
      Links and judges accounts as a running service does, without a database, as they sign up and as they and those \
      linked to them are used. Use it to tune the thresholds of rules: change them in a copy of the rules folder, and \
      play the same population again.

      For each account a line of CSV is written when its verdict is first adverse, and another when rules first match \
      for what its cluster is or did: `account,at,verdict,rules,exchanges_before`, where rules that are unknown stand \
      behind those that matched, separated by spaces. With --truth, a CSV file of `account,operator` that names the \
      members of covert operators, the end tells how many of the accounts that rules on clusters flagged were theirs \
      (precision), how many of theirs were flagged (recall), and what share of their exchanges was taken before.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @Option(help: "NDJSON file of submissions, in order of created_at.", completion: .file(extensions: ["ndjson"]))
  var accounts: String

  @Option(help: "File of usage in order of hour, as `usage import` takes it.", completion: .file())
  var usage: String?

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(
    name: .customLong("list"), help: "Screen against a list, as ID=FILE; repeatable. See `clearance check --help`.")
  var lists: [String] = []

  @Option(help: "CSV file of account,operator to measure against.", completion: .file(extensions: ["csv"]))
  var truth: String?

  @Option(help: "Where to write the CSV. Default: standard output, and the summary to standard error.")
  var out: String?

  @Option(help: "Tell at the end what is known of an account and its cluster; repeatable.")
  var explain: [String] = []

  @Option(help: "How the summary is written: table for people, json for programs.")
  var format = Format.table

  func run() async throws {
    try await report { try await play() }
  }

  private func play() async throws {
    let ruleset = try loadRuleset()
    let operators = try truth.map { try OperatorTruth($0) }
    let output = try LineOutput(out)
    var play = try Play(
      AccountFile(accounts), path: accounts, ruleset: ruleset, screener: Screener(try ListArguments.read(lists)),
      output: output)
    try await play.run(usage: usage)
    try output.close()
    let summary = play.summary(operators)
    let text = format == .table ? summary.text : summary.json.serialized + "\n"
    if out == nil { FileHandle.standardError.write(Data(text.utf8)) } else { print(text, terminator: "") }
    for account in explain { print(try play.explanation(of: account), terminator: "") }
  }

  private func loadRuleset() throws -> Ruleset {
    let directory = try Settings.rules(rules)
    do {
      return try Ruleset.load(directory)
    } catch {
      throw Failure(.configuration, "the rules in \(directory) have faults:\n\(error)")
    }
  }
}

/// Lines of text into a file, or to standard output.
final class LineOutput {
  private let handle: FileHandle
  private var buffer: [UInt8] = []

  /// - Parameter path: a file, made or emptied; standard output if `nil`.
  init(_ path: String?) throws {
    guard let path else {
      handle = .standardOutput
      return
    }
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else { throw Failure(.input, "\(path) cannot be written: check the folder and its permissions") }
    self.handle = handle
  }

  func write(_ line: String) throws {
    buffer += line.utf8
    buffer.append(0x0A)
    if buffer.count > 1 << 16 { try close() }
  }

  /// Writes what is left.
  func close() throws {
    try handle.write(contentsOf: buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Which accounts are a covert operator's.
struct OperatorTruth {
  /// The operator's name by account.
  let operators: [String: String]

  /// Reads a CSV file with the header `account,operator`.
  init(_ path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure(.input, "\(path) cannot be read: check the name, its permissions, and that it is UTF-8")
    }
    var operators: [String: String] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    where !line.isEmpty {
      let fields = line.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
      guard fields.count == 2, index > 0 || line == "account,operator", !fields[1].isEmpty else {
        throw Failure(
          .input,
          "\(path):\(index + 1): write the header `account,operator`, and then an account and its operator a line")
      }
      if index > 0 { operators[String(fields[0])] = String(fields[1]) }
    }
    self.operators = operators
  }
}
