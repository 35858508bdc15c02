import ArgumentParser
import Compliance
import Foundation
import Store

struct AuditExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes decisions to standard output, newest first, as they are at one moment.",
    discussion: """
      CSV (RFC 4180) has a header and the columns \(ExportFormat.columns.joined(separator: ", ")); several rules, \
      policies or lists are separated by spaces. NDJSON has a line for each decision: its answer, as it was given, with \
      trigger, engine and recorded_by. Filters combine. However many decisions there are, memory does not grow.
      """)

  @Option(help: "csv or ndjson.")
  var format = ExportFormat.csv

  @Option(help: "Only this account's.")
  var account: String?

  @Option(help: "Only with this verdict: allow, review or deny.")
  var verdict: Verdict?

  @Option(help: "Only those in which this rule matched.")
  var rule: String?

  @Option(help: "Only those in which a rule of this policy matched.")
  var policy: String?

  @Option(help: "Only those in which an entry of this list was hit.")
  var list: String?

  @Option(help: "Only those that the ruleset of this hash judged.")
  var ruleset: String?

  @Option(help: "Only those that this made necessary, as `submission`.")
  var trigger: String?

  @Option(help: "Only those decided at or after this date or RFC 3339 timestamp.")
  var from: String?

  @Option(help: "Only those decided before this date or RFC 3339 timestamp.")
  var to: String?

  @Flag(help: "Only open reviews, oldest first.")
  var open = false

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    try await Keys.withStore(database) { store in
      var filter = DecisionFilter()
      filter.account = account
      filter.verdict = verdict
      filter.rule = rule
      filter.policy = policy
      filter.list = list
      filter.ruleset = ruleset
      filter.trigger = trigger
      filter.from = try from.map { try AuditExport.instant($0, "--from") }
      filter.until = try to.map { try AuditExport.instant($0, "--to") }
      filter.isOpen = open
      // A reader that has gone (`| head`) must be an error here, not the end of the process.
      signal(SIGPIPE, SIG_IGN)
      do {
        try await store.decisions.export(filter, as: format) { bytes in
          try FileHandle.standardOutput.write(contentsOf: bytes)
        }
      } catch let error as CocoaError where error.code == .fileWriteUnknown || error.code == .fileWriteOutOfSpace {
        throw Failure(.failed, "standard output took no more: \(error.localizedDescription)")
      }
    }
  }

  static func instant(_ text: String, _ flag: String) throws -> Instant {
    guard let instant = Instant(text) ?? CalendarDate(text)?.start else {
      throw Failure(.input, "\(flag) `\(text)` is neither an RFC 3339 timestamp nor a date")
    }
    return instant
  }
}

extension ExportFormat: ExpressibleByArgument {}
