import ClearanceService
import Compliance
import Foundation

/// A backtest's report for people.
struct BacktestText {
  /// How many rows a table of countries or facts has at most; JSON has all.
  private static let rows = 20

  private let report: BacktestReport

  init(_ report: BacktestReport) { self.report = report }

  /// The report in lines, each ended.
  var text: String {
    (head + matrix + rules + samples + rates("country", report.countries) + rates("kind", report.kinds) + notes)
      .map { $0 + "\n" }.joined()
  }

  private var head: [String] {
    [
      "candidate \(report.candidate)",
      "\(count(report.decisions, "decision")) judged, \(report.changed) with another verdict, "
        + "\(report.newDenials) newly denied",
    ]
  }

  private var matrix: [String] {
    var rows = [["then \\ now"] + Verdict.allCases.map(\.rawValue)]
    for then in Verdict.allCases {
      rows.append(
        [then.rawValue]
          + Verdict.allCases.map { String(report.matrix[.init(then: then, now: $0), default: 0]) })
    }
    return [""] + Self.table(rows)
  }

  private var rules: [String] {
    var lines: [String] = []
    for (rule, count) in report.orderedRules {
      // What is unknown and changes nothing is so as a rule, and the facts that it wants are told below.
      let causes =
        [("newly in", count.newly), ("no longer in", count.noLonger)]
        + [("unknown in", count.unknown.filter { $0.key.then != $0.key.now }), ("fails in", count.failed)]
      let details = causes.flatMap { what, changes in
        BacktestReport.ordered(changes).map { "    \(what) \($0.count), \(Self.text($0.change))" }
      }
      guard !details.isEmpty else { continue }
      if lines.isEmpty { lines += ["", "rules that match otherwise, or cannot be decided"] }
      lines += ["  \(rule): in \(count.then) decisions then, in \(count.now) now"] + details
      if let failure = count.failure { lines.append("    \(failure)") }
    }
    if !report.shadow.isEmpty {
      lines += ["", "rules in shadow mode, which decide nothing"]
      lines += BacktestReport.ordered(report.shadow).map { "  \($0.name): would match \($0.count)" }
    }
    return lines
  }

  private var samples: [String] {
    var lines: [String] = []
    for then in Verdict.allCases {
      for now in Verdict.allCases where then != now {
        let change = BacktestReport.Change(then: then, now: now)
        guard let samples = report.samples[change], !samples.isEmpty else { continue }
        lines += ["", "\(Self.text(change)), \(samples.count) of \(report.matrix[change, default: 0])"]
        for sample in samples {
          lines.append("  \(sample.id.text)  \(sample.asOf)  \(sample.account)  \(Self.causes(sample))")
        }
      }
    }
    return lines
  }

  private func rates(_ name: String, _ rates: [String: BacktestReport.Rates]) -> [String] {
    guard !rates.isEmpty else { return [] }
    func share(_ counts: [Verdict: Int], _ verdict: Verdict, of all: Int) -> String {
      String(format: "%.2f %%", Double(counts[verdict, default: 0]) * 100 / Double(max(1, all)))
    }
    var rows = [[name, "decisions", "review then", "now", "deny then", "now"]]
    let ordered = BacktestReport.ordered(rates)
    for (key, rates) in ordered.prefix(Self.rows) {
      rows.append(
        [key, String(rates.decisions)]
          + [Verdict.review, .deny].flatMap {
            [share(rates.then, $0, of: rates.decisions), share(rates.now, $0, of: rates.decisions)]
          })
    }
    let more = ordered.count > Self.rows ? ["and \(ordered.count - Self.rows) more"] : []
    return [""] + Self.table(rows) + more
  }

  private var notes: [String] {
    var lines: [String] = []
    if report.uncertain > 0 {
      lines += [
        "",
        "in \(count(report.uncertain, "decision")) a rule is unknown or fails, "
          + "\(report.heldBack) of which were allowed and would be reviewed",
      ]
      if !report.missing.isEmpty { lines.append("facts that are missing for it") }
      lines += BacktestReport.ordered(report.missing).prefix(Self.rows).map { "  \($0.name): \($0.count)" }
    }
    if !report.unscreened.isEmpty {
      lines += ["", "lists that the rules use and that took no part in screening then"]
      lines += BacktestReport.ordered(report.unscreened).map { "  \($0.name): in \($0.count) decisions" }
    }
    for (engine, number) in BacktestReport.ordered(report.engines) where engine != Engine.version {
      lines.append("\(count(number, "decision")) recorded by \(engine); this is \(Engine.version)")
    }
    if report.undecided > 0 {
      lines.append("\(count(report.undecided, "decision")) left out: --where cannot be decided for want of a fact")
    }
    if report.erased > 0 { lines.append(leftOut(erased: report.erased)) }
    if report.unreadable > 0 {
      lines.append("\(count(report.unreadable, "decision")) could not be judged")
      lines += report.faults.map { "  \($0.id.text)  \($0.message)" }
    }
    return lines
  }

  /// Which rules make the verdict another: `+` those that match now, `-` those that matched then.
  private static func causes(_ sample: BacktestReport.Sample) -> String {
    var causes = sample.newly.map { "+\($0)" } + sample.noLonger.map { "-\($0)" }
    if !sample.unknown.isEmpty {
      causes.append("unknown: " + sample.unknown.joined(separator: " "))
      causes.append("for want of " + sample.needs.joined(separator: " "))
    }
    if !sample.failed.isEmpty { causes.append("fails: \(sample.failed.joined(separator: " "))") }
    return causes.joined(separator: " ")
  }

  private static func text(_ change: BacktestReport.Change) -> String {
    change.then == change.now ? "\(change.now.rawValue) as before" : "\(change.then.rawValue) → \(change.now.rawValue)"
  }

  /// Rows with the first column to the left and the others to the right.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }.joined(separator: "  ")
    }
  }
}
