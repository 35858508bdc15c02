import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

struct Rejudge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Has accounts judged again by the rules in force, on what is known of them now.",
    discussion: """
      Every account is judged on its latest submission, by the rules and lists that are in force, and on what it and \
      those linked to it have used. Where that comes to more than the latest decision says, a new decision is recorded, \
      with what triggered it. What comes to less is recorded only with --clear: usage that has ebbed clears nobody by \
      itself.

      The accounts are queued in the database, and running services take them from there, a few at a time, so that \
      signups do not wait. The command shows how far that is; to interrupt it loses nothing, and with --continue it goes \
      on to show it.

      Exit codes: 0 all were judged; 65 wrong options; 69 no database, or no service takes what is queued.
      """)

  /// What made it necessary, as it is recorded.
  enum Reason: String, ExpressibleByArgument, CaseIterable {
    case rules
    case list
    case usage
    case linkage
  }

  @OptionGroup var history: HistoryOptions

  @Option(help: "What is recorded as the trigger: rules, list, usage or linkage.")
  var because = Reason.rules

  @Flag(help: "Record milder verdicts too.")
  var clear = false

  @Flag(name: .customLong("continue"), help: "Queue nothing; show how far what is queued has come.")
  var isContinued = false

  @Flag(help: "Do not wait until all are judged.")
  var noWait = false

  @OptionGroup var database: DatabaseOptions

  func validate() throws {
    if isContinued, noWait || clear || history.since != nil || history.until != nil || history.condition != nil {
      throw ValidationError("--continue queues nothing, so that it takes no other option")
    }
  }

  func run() async throws {
    try await report {
      try await withHistory(database) { store in
        let status = StatusLine()
        if !isContinued { try await queue(store, status) }
        if !noWait { try await wait(store, status) }
      }
    }
  }

  private func queue(_ store: Database, _ status: StatusLine) async throws {
    let selection = try await history.selection(in: store)
    let total = try await store.decisions.roughCount(selection.filter)
    let queued = try await RejudgeQueue(store).queue(selection, trigger: because.rawValue, mayClear: clear) {
      status.show(decisions: $0, of: total)
    }
    status.clear()
    print("\(count(queued.accounts, "account")) queued, by \(count(queued.decisions, "decision"))")
    if queued.undecided > 0 {
      print("\(count(queued.undecided, "decision")) left out: --where could not be decided for want of a fact")
    }
    if queued.erased > 0 { print(leftOut(erased: queued.erased)) }
    if queued.unreadable > 0 { print("\(count(queued.unreadable, "decision")) left out: they cannot be read") }
  }

  /// Waits until nothing is queued any more, whoever queued it.
  private func wait(_ store: Database, _ status: StatusLine) async throws {
    let began = ContinuousClock.now
    let total = Int(try await store.linkage.backlog().rejudgements)
    var last = (left: total, at: ContinuousClock.now)
    while true {
      let left = Int(try await store.linkage.backlog().rejudgements)
      if left == 0 { break }
      if left != last.left { last = (left, .now) }
      if last.at.duration(to: .now) > .seconds(Rejudge.patienceSeconds) {
        status.clear()
        throw Failure(
          .unavailable,
          "\(count(left, "account")) wait, and nobody has taken any for \(Rejudge.patienceSeconds) s: start `clearance serve`; they stay queued until then"
        )
      }
      status.show(max(0, total - left), of: total, "accounts")
      try await Task.sleep(for: .milliseconds(200))
    }
    status.clear()
    let seconds = began.duration(to: .now) / .seconds(1)
    print("\(count(total, "account")) judged again in \(String(format: "%.1f", seconds)) s")
  }

  private static let patienceSeconds = 30
}
