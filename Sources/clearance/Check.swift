import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges submissions without a database and records nothing.",
    discussion: """
      Reads one submission, or many as NDJSON (one a line), and writes one JSON line each with `id`, `verdict`, \
      `matched`, `unknown` and `needs`. A faulty submission gets a line with its `errors` and exit code 65; the rest \
      is judged all the same.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case json
    case table
  }

  @Argument(help: "A file, or - for standard input.")
  var file = "-"

  @Option(help: "The day to judge as of, YYYY-MM-DD. Default: today, in UTC.")
  var asOf: String?

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(
    name: .customLong("list"),
    help: """
      Screen against a list, as ID=FILE, in any format that `lists import` takes; repeatable, also for the several \
      files of one list.
      """)
  var lists: [String] = []

  @Option(help: "json, one line each, or table for reading.")
  var format = Format.json

  @Option(help: "Exit with 1 if any verdict is this or stricter: review or deny.")
  var failOn: Verdict?

  func run() async throws {
    try await report { try await check() }
  }

  private func check() async throws {
    let date = try Settings.day(asOf)
    let directory = try Settings.rules(rules)
    let ruleset: Ruleset
    do {
      ruleset = try Ruleset.load(directory)
    } catch {
      throw Failure(.configuration, "the rules in \(directory) have faults:\n\(error)")
    }
    let screener = Screener(try ListArguments.read(lists))
    let today = Instant.now.date
    var output = SubmissionReport(format: format)
    try SubmissionLines.forEach(in: file) { line, bytes in
      do throws(Faults) {
        let submission = try Submission.decode(bytes)
        let faults = ruleset.faults(in: submission)
        if faults.count > 0 { throw faults }
        let facts = Facts.gather(submission, screened: screener.screen(submission, on: date, today: today))
        output.add(submission.id, ruleset.judge(facts, asOf: date))
      } catch {
        output.add(faults: error, line: line, bytes: bytes)
      }
    }
    output.finish()
    if output.faulty > 0 { throw ExitCode(Failure.Code.input.rawValue) }
    if let failOn, let strictest = output.strictest, strictest >= failOn { throw ExitCode(1) }
  }
}

extension Verdict: ExpressibleByArgument {}

/// What `check` prints.
private struct SubmissionReport {
  let format: Check.Format
  var faulty = 0
  var strictest: Verdict?
  private var counts: [Verdict: Int] = [:]
  private var buffer: [UInt8] = []

  init(format: Check.Format) { self.format = format }

  mutating func add(_ id: String, _ judgement: Judgement) {
    strictest = max(strictest ?? .allow, judgement.verdict)
    counts[judgement.verdict, default: 0] += 1
    switch format {
    case .json:
      var writer = JSONWriter()
      writer.beginObject()
      writer.name("id")
      writer.string(id)
      judgement.write(into: &writer)
      writer.endObject()
      write(writer.bytes)
    case .table:
      let rules = judgement.matched.map(\.rule.id) + judgement.unknown.map { $0.rule.id + "?" }
      var line = "\(id.padding(toLength: max(24, id.count), withPad: " ", startingAt: 0))  "
      line += judgement.verdict.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
      line += "  " + rules.joined(separator: ", ")
      if !judgement.needs.isEmpty { line += "  needs " + judgement.needs.joined(separator: ", ") }
      write(Array(line.utf8))
    }
  }

  mutating func add(faults: Faults, line: Int, bytes: [UInt8]) {
    faulty += 1
    let id = (try? JSON.parse(bytes))?["id"]?.text
    switch format {
    case .json:
      write(
        JSON.members([
          "id": id.map { .string($0) }, "line": .int(line), "errors": .array(faults.list.map(\.json)),
        ]).bytes)
    case .table: write(Array("\(id ?? "line \(line)"): \(faults)".utf8))
    }
  }

  mutating func finish() {
    if format == .table {
      let total = Verdict.allCases.map { "\(counts[$0, default: 0]) \($0.rawValue)" }.joined(separator: ", ")
      write(Array("\(total)\(faulty > 0 ? ", \(faulty) faulty" : "")".utf8))
    }
    flush()
  }

  private mutating func write(_ line: [UInt8]) {
    buffer += line
    buffer.append(0x0A)
    if buffer.count > 1 << 16 { flush() }
  }

  private mutating func flush() {
    FileHandle.standardOutput.write(Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}
