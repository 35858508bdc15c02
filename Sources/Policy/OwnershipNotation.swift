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
  /// All that a condition says behind who counts.
  static let question = CELType.opaque("OwnershipQuestion", [])

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
struct CountedOwners: Sendable {
  let reader: any OwnershipReader
  /// Whether each party counts, in the order of the submission.
  var counted: [OwnershipStanding] = []
  /// What is not known of the parties that only possibly count, by their index.
  var unknown: [Int: UnknownSet] = [:]
  /// Whether no interests were submitted although there may be some.
  let isUntold: Bool
}

/// What a condition says of counting, apart from who counts.
struct OwnershipWording: Sendable, Hashable {
  var question: OwnershipQuestion
  /// Whether owners that nobody disclosed are left to another rule.
  var isDisclosedOnly = false

  /// The words that stand between who counts and companies in between.
  enum Quality: String, CaseIterable, Sendable {
    case votes, economic, control, disclosed
  }

  /// Takes in a word.
  mutating func say(_ quality: Quality) {
    switch quality {
    case .votes: question.countsVotes = true
    case .economic: question.countsEconomicRights = true
    case .control: question.countsControl = true
    case .disclosed: isDisclosedOnly = true
    }
  }
}

/// Who counts, and what was said of counting so far.
struct OwnershipTerms: Sendable {
  let owners: CountedOwners
  var wording: OwnershipWording

  /// The answer to a threshold; without one, to whether there is control.
  func answer(_ threshold: OwnershipQuestion.Threshold?) -> any OwnershipAnswer {
    var question = wording.question
    question.threshold = threshold
    return owners.reader.read(question, counted: owners.counted)
  }

  /// Whether the threshold is met: true, false, or unknown for want of the facts on which it hangs.
  func meets(_ threshold: OwnershipQuestion.Threshold?) -> Outcome {
    if owners.isUntold { return wording.isDisclosedOnly ? .value(.bool(false)) : .unknown(UnknownSet("interests")) }
    let answer = answer(threshold)
    switch answer.standing {
    case .certainly: return .value(.bool(true))
    case .no: return .value(.bool(false))
    case .possibly: break
    }
    var facts: UnknownSet?
    func add(_ set: UnknownSet) { facts = facts?.union(set) ?? set }
    if answer.hangsOnUndisclosed {
      if wording.isDisclosedOnly { return .value(.bool(false)) }
      add(UnknownSet("interests"))
    }
    if answer.hangsOnShares { add(UnknownSet("interests[].share")) }
    if answer.hangsOnOwners {
      for party in answer.possibleOwners() { if let set = owners.unknown[party] { add(set) } }
    }
    return .unknown(facts ?? UnknownSet("interests"))
  }

  /// Whether it hangs on shares or owners that are not known exactly.
  func isUncertain(_ threshold: OwnershipQuestion.Threshold?) -> Outcome {
    if owners.isUntold { return .value(.bool(false)) }
    let answer = answer(threshold)
    return .value(.bool(answer.hangsOnShares || answer.hangsOnOwners))
  }

  /// Whether it hangs on owners that nobody disclosed.
  func isUndisclosed(_ threshold: OwnershipQuestion.Threshold?) -> Outcome {
    owners.isUntold ? .unknown(UnknownSet("interests")) : .value(.bool(answer(threshold).hangsOnUndisclosed))
  }
}

/// What is asked of holdings at the end of a condition.
enum OwnershipEnd: String, Sendable {
  case atLeast, over, uncertain, undisclosed, controls

  /// What it comes to. Whoever is asked for a threshold has it.
  func ask(_ terms: OwnershipTerms, _ threshold: OwnershipQuestion.Threshold?) -> Outcome {
    switch self {
    case .atLeast, .over, .controls: terms.meets(threshold)
    case .uncertain: terms.isUncertain(threshold)
    case .undisclosed: terms.isUndisclosed(threshold)
    }
  }
}

/// A condition in which everything but who counts is written out, as nearly all are: it is one step then.
final class WholeQuestion: OpaqueValue {
  let wording: OwnershipWording
  let end: OwnershipEnd
  let threshold: OwnershipQuestion.Threshold?

  init(_ wording: OwnershipWording, _ end: OwnershipEnd, _ threshold: OwnershipQuestion.Threshold?) {
    self.wording = wording
    self.end = end
    self.threshold = threshold
  }

  var type: CELType { OwnershipNotation.question }
  /// Says everything: steps are the same where their constants read the same.
  var description: String { "\(wording) \(end) \(threshold.map { "\($0)" } ?? "")" }
  func isEqual(to other: any OpaqueValue) -> Bool {
    guard let other = other as? WholeQuestion else { return false }
    return wording == other.wording && end == other.end && threshold == other.threshold
  }
}

/// Who counts.
final class OwnersValue: OpaqueValue {
  let terms: OwnershipTerms

  init(_ terms: OwnershipTerms) { self.terms = terms }

  var type: CELType { OwnershipNotation.owners }
  var description: String { "\(terms.owners.counted.count { $0 != .no }) of \(terms.owners.counted.count) parties" }
  func isEqual(to other: any OpaqueValue) -> Bool { other === self }

  /// The same with one thing more said.
  func saying(_ change: (inout OwnershipWording) -> Void) -> OwnershipTerms {
    var terms = terms
    change(&terms.wording)
    return terms
  }
}

/// What the owners that count hold of the applicant.
final class HoldingsValue: OpaqueValue {
  let terms: OwnershipTerms

  init(_ terms: OwnershipTerms) { self.terms = terms }

  var type: CELType { OwnershipNotation.holdings }
  var description: String { shareText }
  func isEqual(to other: any OpaqueValue) -> Bool { other === self }

  /// `50 %`, or `25 to 75 %`.
  var shareText: String {
    let share = terms.answer(nil).share
    return share.lowerBound == share.upperBound
      ? "\(share.lowerBound) %" : "\(share.lowerBound) to \(share.upperBound) %"
  }
}
