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
    gather(recorded.submission, screened: recorded.screened, usage: recorded.usage, cluster: recorded.cluster)
  }
}

/// The ownership of one submission. The graph is made when a condition first asks.
final class SubmittedOwnership: OwnershipReader {
  private let submission: Submission
  private let made = Mutex<OwnershipGraph?>(nil)

  init(_ submission: Submission) { self.submission = submission }

  private var graph: OwnershipGraph {
    made.withLock { made in
      if let made { return made }
      let graph = OwnershipGraph(submission)
      made = graph
      return graph
    }
  }

  func read(_ question: OwnershipQuestion, counted: [OwnershipStanding]) -> any OwnershipAnswer {
    ReadOwnership(result: graph.evaluate(OwnershipReading(question)) { Certainty(counted, at: $0) })
  }

  /// Shares are often published to whole percents, so that honest ones may make half a percent too much.
  private static let rounding = Percentage(units: Percentage.unitsPerPercent / 2)

  func overstatements() -> [String] {
    let graph = graph
    return graph.overstatements(beyond: SubmittedOwnership.rounding).map {
      "\(graph.label($0.entity)): \($0.kind.rawValue) \($0.total) %"
    }
  }
}

private struct ReadOwnership: OwnershipAnswer {
  let result: OwnershipResult

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
