import Compliance
import Foundation

/// The figures of one run of a population.
struct PlaySummary {
  /// What became of one covert operator's accounts.
  struct Operator {
    let name: String
    private(set) var members = 0
    /// How many of them rules on clusters flagged.
    private(set) var flagged = 0
    /// All their exchanges.
    private(set) var exchanges: Int64 = 0
    /// Those that were taken before the account was flagged; all of an account that never was.
    private(set) var exchangesBefore: Int64 = 0

    init(name: String) { self.name = name }

    mutating func add(used: Int64, before: Int64?) {
      members += 1
      if before != nil { flagged += 1 }
      exchanges += used
      exchangesBefore += before ?? used
    }

    mutating func add(_ other: Operator) {
      members += other.members
      flagged += other.flagged
      exchanges += other.exchanges
      exchangesBefore += other.exchangesBefore
    }

    var recall: Double { share(flagged, of: members) }
    var shareBefore: Double { exchanges == 0 ? 0 : Double(exchangesBefore) / Double(exchanges) }
  }

  let accounts: Int
  let usageRows: Int
  /// Rows of accounts that are not in the population.
  let strangers: Int
  let judgements: Int
  let adverse: Int
  let linked: Int
  let seconds: Double
  var operators: [Operator] = []
  /// Whether it is known who the covert operators' accounts are.
  var isMeasured = false

  /// The most memory that this process has had at once.
  private static var peakMemoryBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  private var all: Operator { operators.reduce(into: Operator(name: "all")) { $0.add($1) } }

  /// Of the accounts that rules on clusters flagged, how many are an operator's.
  var precision: Double { share(all.flagged, of: linked) }
  /// Of the operators' accounts, how many were flagged.
  var recall: Double { all.recall }
  /// The harmonic mean of both.
  var f1: Double { precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall) }

  /// The figures for people.
  var text: String {
    var text = "\(accounts) accounts, \(usageRows) rows of usage"
    if strangers > 0 { text += " (\(strangers) of accounts that had not signed up, left out)" }
    text += ", judged \(judgements) times in \(String(format: "%.1f", seconds)) s\n"
    text += "\(adverse) held up, \(linked) of them by rules on linked accounts\n"
    guard isMeasured else { return text }
    text += "operator       members   flagged  recall  exchanges before\n"
    for one in operators + [all] {
      text +=
        one.name.padding(toLength: max(12, one.name.count), withPad: " ", startingAt: 0)
        + String(format: "%10d%10d  %6.3f  %15.1f %%\n", one.members, one.flagged, one.recall, one.shareBefore * 100)
    }
    return text + String(format: "precision %.4f, recall %.4f, F1 %.4f\n", precision, recall, f1)
  }

  /// The figures for programs.
  var json: JSON {
    .members([
      "accounts": .int(accounts), "usage_rows": .int(usageRows), "usage_rows_left_out": .int(strangers),
      "judgements": .int(judgements), "held_up": .int(adverse), "flagged_by_cluster": .int(linked),
      "seconds": .double(seconds), "peak_memory_bytes": .int(PlaySummary.peakMemoryBytes),
      "precision": isMeasured ? .double(precision) : nil,
      "recall": isMeasured ? .double(recall) : nil, "f1": isMeasured ? .double(f1) : nil,
      "operators": isMeasured
        ? .array(
          operators.map {
            .members([
              "operator": .string($0.name), "members": .int($0.members), "flagged": .int($0.flagged),
              "recall": .double($0.recall), "exchanges": .int($0.exchanges),
              "exchanges_before": .int($0.exchangesBefore), "share_before": .double($0.shareBefore),
            ])
          }) : nil,
    ])
  }
}

private func share(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
