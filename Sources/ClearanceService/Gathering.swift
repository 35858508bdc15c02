import Compliance
import Ownership
import Policy
import Synchronization

extension Facts {
  /// All that judging sees of a submission: what it says, what screening found, what the account used, which others are
  /// linked to it, and who owns the applicant. Whoever judges gathers by this.
  public static func gather(
    _ submission: Submission, screened: Screened, usage: UsageWindows = UsageWindows(),
    cluster: ClusterFacts = ClusterFacts()
  ) -> Facts {
    Facts(
      submission, screened: screened, usage: usage, cluster: cluster, ownership: SubmittedOwnership(submission))
  }

  /// What a test of rules gives: the submission is screened against lists of nothing but names.
  public static func gather(given: RuleTests.Given) -> Facts {
    gather(
      given.submission, screened: Screener.screen(given.submission, names: given.lists), usage: given.usage,
      cluster: given.cluster)
  }

  /// Recorded facts, to be judged again: who owns the applicant follows from the submission.
  public static func gather(recorded: Facts) -> Facts {
    recorded.reading(SubmittedOwnership(recorded.submission))
  }
}

/// The ownership of one submission. The graph is made when a condition first asks, and what was asked once is kept: of
/// most applicants no owner stands on any list, and then the rules of all lists ask the same.
final class SubmittedOwnership: OwnershipReader {
  private struct State {
    var graph: OwnershipGraph?
    var read: [(question: OwnershipQuestion, counted: [OwnershipStanding], answer: ReadOwnership)] = []

    mutating func graph(of submission: Submission) -> OwnershipGraph {
      if let graph { return graph }
      let made = OwnershipGraph(submission)
      graph = made
      return made
    }

    mutating func answer(
      _ question: OwnershipQuestion, _ counted: [OwnershipStanding], of submission: Submission
    ) -> ReadOwnership {
      // By place: an element that is taken out to be looked at is copied with all that it holds.
      for place in read.indices where read[place].question == question && read[place].counted == counted {
        return read[place].answer
      }
      let result = graph(of: submission).evaluate(OwnershipReading(question)) { Certainty(counted, at: $0) }
      let answer = ReadOwnership(result: result)
      if read.count < SubmittedOwnership.kept { read.append((question, counted, answer)) }
      return answer
    }
  }

  /// How many answers are kept.
  private static let kept = 32

  private let submission: Submission
  private let state = Mutex(State())

  init(_ submission: Submission) { self.submission = submission }

  func read(_ question: OwnershipQuestion, counted: [OwnershipStanding]) -> any OwnershipAnswer {
    state.withLock { $0.answer(question, counted, of: submission) }
  }

  /// Shares are often published to whole percents, so that honest ones may make half a percent too much.
  private static let rounding = Percentage(units: Percentage.unitsPerPercent / 2)

  func overstatements() -> [String] {
    let graph = state.withLock { $0.graph(of: submission) }
    return graph.overstatements(beyond: SubmittedOwnership.rounding).map {
      "\(graph.label($0.entity)): \($0.kind.rawValue) \($0.total) %"
    }
  }
}

/// A class, since one answer is handed out to many rules.
private final class ReadOwnership: OwnershipAnswer {
  let result: OwnershipResult

  init(result: OwnershipResult) { self.result = result }

  var standing: OwnershipStanding {
    switch result.standing {
    case .no: .no
    case .possibly: .possibly
    case .certainly: .certainly
    }
  }

  var hangsOnShares: Bool { result.doubts.contains(.shares) }
  var hangsOnOwners: Bool { result.doubts.contains(.owners) }
  var hangsOnUndisclosed: Bool { result.isUndisclosed }
  var share: ClosedRange<Percentage> { result.lower...result.upper }

  func possibleOwners() -> [Int] { result.possibleOwners }
  func paths() -> [String] { result.paths().map(\.description) }
}

extension Certainty {
  fileprivate init(_ counted: [OwnershipStanding], at index: Int) {
    switch index < counted.count ? counted[index] : .no {
    case .no: self = .no
    case .possibly: self = .possibly
    case .certainly: self = .certainly
    }
  }
}

extension OwnershipReading {
  fileprivate init(_ question: OwnershipQuestion) {
    var kinds = question.countsEconomicRights ? InterestKindSet.economic : .capital
    if question.countsVotes { kinds.formUnion(.votes) }
    let intermediates: Intermediates =
      switch question.intermediates {
      case .ignored: .ignored
      case .owned(let threshold): .owned(OwnershipBound(threshold))
      case .chain(let threshold): .chain(OwnershipBound(threshold))
      case .multiplied: .multiplied
      }
    self.init(
      bound: question.threshold.map { OwnershipBound($0) }, kinds: kinds, aggregatesOwners: question.addsOwnersUp,
      intermediates: intermediates, control: question.countsControl ? .control : [])
  }
}

extension OwnershipBound {
  fileprivate init(_ threshold: OwnershipQuestion.Threshold) {
    self = threshold.isExclusive ? .over(threshold.percentage) : .atLeast(threshold.percentage)
  }
}
