import ArgumentParser
import CEL
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

/// Which decisions of the history a command is about.
struct HistoryOptions: ParsableArguments {
  @Option(help: "Only decisions made at or after this day or time: 2026-11-01 or 2026-11-01T08:00:00Z.")
  var since: String?

  @Option(help: "Only decisions made before this day or time.")
  var until: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      """
      Only decisions for which a condition holds. It is written as in a rule, over the same facts, with \
      decision.verdict, .rules, .policies, .lists, .ruleset, .trigger, .engine and .decided_at besides: \
      'account.kind == "organization" && "kyc-incomplete" in decision.rules'. Decisions that lack a fact which it asks \
      for are left out, and counted.
      """, valueName: "cel"))
  var condition: String?

  /// What is selected, by the declarations of the rules that are in force.
  func selection(in store: Database) async throws -> HistorySelection {
    try await selection {
      switch try await HistoryReplay(store).current() {
      case .ruleset(let ruleset)?: ruleset
      case .missing(let why)?: throw Failure(.configuration, why)
      case nil: nil
      }
    }
  }

  /// What is selected.
  ///
  /// - Parameter ruleset: the declarations that the condition is checked against.
  func selection(against ruleset: () async throws -> Ruleset?) async throws -> HistorySelection {
    var selection = HistorySelection()
    selection.filter.from = try since.map { try AuditExport.instant($0, "--since") }
    selection.filter.until = try until.map { try AuditExport.instant($0, "--until") }
    if let condition {
      guard let ruleset = try await ruleset() else {
        throw Failure(.input, "--where: no ruleset was ever in force, so that there are no facts to ask for")
      }
      do throws(CompilationFailure) {
        selection.condition = try HistoryCondition(condition, for: ruleset)
      } catch {
        throw Failure(.input, "--where has faults:\n\(error)")
      }
    }
    return selection
  }
}

/// What is said of decisions that were erased.
func leftOut(erased: Int) -> String {
  "\(count(erased, "decision")) left out: erased with their accounts, so that nothing is left to judge"
}

/// Opens a database for reading the history and closes it whatever happens.
func withHistory<Value>(_ options: DatabaseOptions, _ body: (Database) async throws -> Value) async throws -> Value {
  let store = try await options.open(logger: quietLogger())
  do {
    try await store.checkMigrations(options.migrator())
    let value = try await body(store)
    await store.close()
    return value
  } catch {
    await store.close()
    throw error
  }
}
