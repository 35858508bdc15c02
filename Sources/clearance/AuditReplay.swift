import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

extension Audit {
  struct ReplayDecisions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "replay",
      abstract: "Judges recorded decisions again and compares the answers.",
      discussion: """
        Every decision is judged anew on the facts that were recorded with it, by the ruleset that judged it and as of \
        the day as of which it was judged, and all of its answer is compared: verdict, rules, reasons, duties, warnings. \
        What differs is told in words, with the decision's id. Nothing is written; the service may run meanwhile.

        Exit codes: 0 all are equal; 1 some differ, or cannot be judged again; 64 wrong usage; 65 a faulty --where, \
        --since or --until; 69 no database.
        """)

    @OptionGroup var history: HistoryOptions

    @Option(help: "How many decisions that differ are told one by one; all are counted.")
    var limit = 100

    @Option(help: "text for people, json for programs: one document.")
    var format = Rules.Format.text

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      if !(0...100_000).contains(limit) { throw ValidationError("--limit takes a number from 0 to 100000") }
    }

    func run() async throws {
      try await report {
        try await withHistory(database) { store in
          let start = ContinuousClock.now
          let replay = HistoryReplay(store, limit: limit)
          let selection = try await history.selection(in: store)
          let total = try await store.decisions.roughCount(selection.filter)
          let status = StatusLine()
          let report = try await replay.run(selection) { done in status.show(decisions: done, of: total) }
          status.clear()
          tell(report, seconds: start.duration(to: .now) / .seconds(1))
          if report.equal < report.decisions { throw ExitCode(1) }
        }
      }
    }

    private func tell(_ report: HistoryReplay.Report, seconds: Double) {
      let differing = report.decisions - report.equal
      switch format {
      case .json:
        print(
          JSON.members([
            "decisions": .int(report.decisions), "equal": .int(report.equal), "different": .int(differing),
            "impossible": .int(report.impossible), "undecided": .int(report.undecided),
            "unreadable": .array(
              report.unreadable.map { .members(["id": .string($0.id.text), "message": .string("\($0)")]) }),
            "erased": .int(report.erased),
            "differing": .array(report.differing.map(\.json)), "seconds": .double((seconds * 1000).rounded() / 1000),
          ]).serialized)
      case .text:
        for decision in report.unreadable { print(decision) }
        for replay in report.differing { print(replay.lines.joined(separator: "\n")) }
        let told = report.unreadable.count + report.differing.count
        if differing > told { print("and \(differing - told) more") }
        if report.undecided > 0 {
          print("\(count(report.undecided, "decision")) left out: --where cannot be decided for want of a fact")
        }
        if report.erased > 0 { print(leftOut(erased: report.erased)) }
        print(
          "\(count(report.decisions, "decision")) judged again in \(String(format: "%.1f", seconds)) s: "
            + "\(report.equal) equal, \(differing) different"
            + (report.impossible > 0 ? ", of which \(report.impossible) could not be judged" : ""))
      }
    }
  }
}

extension StatusLine {
  /// Shows how many decisions are done; of how many is only roughly known, or not at all.
  func show(decisions done: Int, of total: Int) {
    if total > 0, done <= total {
      show(done, of: total, "decisions")
    } else {
      show("\(done) decisions")
    }
  }
}
