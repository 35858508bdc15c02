import CEL
import Compliance

/// How conditions ask who owns the applicant.
///
/// ```
/// ownership.together(p, "us-ofac-sdn" in p.lists).disclosed().through(atLeast(50)).atLeast(50)
/// └ whose shares count ──────────────────────────┘└ of what ─┘└ companies between ┘└ how much ┘
/// ```
///
/// Regimes differ in each of these steps, and each step yields another type, so that a rule that leaves one out does
/// not compile: ``owners`` has no share yet, because nothing said how companies in between count; ``holdings`` is no
/// condition yet. `together` adds the shares of different owners up, `each` looks at every owner alone. The macros are
/// in `OwnershipNotation+Macros.swift`, the functions in `OwnershipNotation+Functions.swift`.
enum OwnershipNotation {
  /// The variable.
  static let name = "ownership"

  /// The type of ``name``: all parties and interests.
  static let ownership = CELType.opaque("Ownership", [])
  /// Who counts, and of what.
  static let owners = CELType.opaque("Owners", [])
  /// What they hold, companies in between taken into account.
  static let holdings = CELType.opaque("Holdings", [])
  /// `atLeast(50)`, `over(50)`.
  static let bound = CELType.opaque("Bound", [])

  static let variable = FieldDeclaration(
    name, ownership, documentation: "who owns the applicant: ownership.together(p, condition)…, ownership.each(…)…")

  /// The value of ``variable``; absent where nothing can read the ownership.
  static func value(_ facts: Facts) -> Value? {
    guard let reader = facts.ownership else { return nil }
    // Of an individual there is nothing to own. Of others, not having been told is not the same as nobody.
    let isUntold = facts.submission.interests == nil && facts.submission.kind != .individual
    return .opaque(OwnershipValue(reader, isUntold: isUntold))
  }
}

/// The ownership of one applicant.
final class OwnershipValue: OpaqueValue {
  let reader: any OwnershipReader
  /// Whether no interests were submitted although there may be some.
  let isUntold: Bool

  init(_ reader: any OwnershipReader, isUntold: Bool) {
    self.reader = reader
    self.isUntold = isUntold
  }

  var type: CELType { OwnershipNotation.ownership }
  var description: String { "the parties and interests of the applicant" }
  func isEqual(to other: any OpaqueValue) -> Bool { other === self }
}

/// A threshold in a condition.
final class BoundValue: OpaqueValue {
  let threshold: OwnershipQuestion.Threshold

  init(_ threshold: OwnershipQuestion.Threshold) { self.threshold = threshold }

  var type: CELType { OwnershipNotation.bound }
  var description: String { "\(threshold.isExclusive ? "over" : "at least") \(threshold.percentage) %" }
  func isEqual(to other: any OpaqueValue) -> Bool { (other as? BoundValue)?.threshold == threshold }
}

/// Who counts.
final class CountedOwners: Sendable {
  let reader: any OwnershipReader
  /// Whether each party counts, in the order of the submission.
  let counted: [OwnershipStanding]
  /// What is not known of the parties that only possibly count, by their index.
  let unknown: [Int: UnknownSet]
  /// Whether no interests were submitted although there may be some.
  let isUntold: Bool

  init(reader: any OwnershipReader, counted: [OwnershipStanding], unknown: [Int: UnknownSet], isUntold: Bool) {
    self.reader = reader
    self.counted = counted
    self.unknown = unknown
    self.isUntold = isUntold
  }
}

/// Who counts, and all that was said of counting so far. Every word of a condition makes new terms of the last ones, so
/// that they are cheap to copy.
struct OwnershipTerms: Sendable {
  let owners: CountedOwners
  var question: OwnershipQuestion
  /// Whether owners that nobody disclosed are left to another rule.
  var isDisclosedOnly = false
}

/// Who counts.
final class OwnersValue: OpaqueValue {
  let terms: OwnershipTerms

  init(_ terms: OwnershipTerms) { self.terms = terms }

  var type: CELType { OwnershipNotation.owners }
  var description: String { "\(terms.owners.counted.count { $0 != .no }) of \(terms.owners.counted.count) parties" }
  func isEqual(to other: any OpaqueValue) -> Bool { other === self }

  /// The same with one thing more said.
  func saying(_ change: (inout OwnershipTerms) -> Void) -> Value {
    var terms = terms
    change(&terms)
    return .opaque(OwnersValue(terms))
  }

  func holdings(_ intermediates: OwnershipQuestion.Intermediates) -> Value {
    var terms = terms
    terms.question.intermediates = intermediates
    return .opaque(HoldingsValue(terms))
  }
}

/// What the owners that count hold of the applicant.
final class HoldingsValue: OpaqueValue {
  let terms: OwnershipTerms

  init(_ terms: OwnershipTerms) { self.terms = terms }

  var type: CELType { OwnershipNotation.holdings }
  var description: String { shareText }
  func isEqual(to other: any OpaqueValue) -> Bool { other === self }

  /// The answer to a threshold; without one, to whether there is control.
  func answer(_ threshold: OwnershipQuestion.Threshold?) -> any OwnershipAnswer {
    var question = terms.question
    question.threshold = threshold
    return terms.owners.reader.read(question, counted: terms.owners.counted)
  }

  /// `50 %`, or `25 to 75 %`.
  var shareText: String {
    let share = answer(nil).share
    return share.lowerBound == share.upperBound
      ? "\(share.lowerBound) %" : "\(share.lowerBound) to \(share.upperBound) %"
  }

  /// Whether the threshold is met: true, false, or unknown for want of the facts on which it hangs.
  func meets(_ threshold: OwnershipQuestion.Threshold?) -> Outcome {
    if terms.owners.isUntold { return terms.isDisclosedOnly ? .value(.bool(false)) : .unknown(UnknownSet("interests")) }
    let answer = answer(threshold)
    switch answer.standing {
    case .certainly: return .value(.bool(true))
    case .no: return .value(.bool(false))
    case .possibly: break
    }
    var facts: UnknownSet?
    func add(_ set: UnknownSet) { facts = facts?.union(set) ?? set }
    if answer.hangsOnUndisclosed {
      if terms.isDisclosedOnly { return .value(.bool(false)) }
      add(UnknownSet("interests"))
    }
    if answer.hangsOnShares { add(UnknownSet("interests[].share")) }
    if answer.hangsOnOwners {
      for party in answer.possibleOwners() { if let set = terms.owners.unknown[party] { add(set) } }
    }
    return .unknown(facts ?? UnknownSet("interests"))
  }
}
