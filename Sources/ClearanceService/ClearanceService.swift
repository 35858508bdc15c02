/// The pipeline: gather facts, judge them, record the decision, answer.
///
/// `Facts.gather` puts together all that judging sees. ``DecisionService`` is the whole path of one submission;
/// ``FactGatherer`` knows what an account used and who is linked to it; ``Recorder`` makes decisions durable, many to a
/// commit; ``LiveLinkage`` links accounts as they come, and ``Rejudger`` judges again those whom that concerns.
/// ``ActiveRuleset`` holds the rules in force, and ``RulesetKeeper`` keeps them those of the last activation; ``KeyRing``
/// knows who may call; ``UsageService`` takes what accounts used. This is the only place where policies, screening,
/// ownership, usage, linkage and storage meet. It knows no HTTP.
public enum ClearanceServiceTarget {}

/// What the program calls itself in records.
public enum Engine {
  /// The version that is recorded with every decision.
  public static let version = "clearance/0.1.0"
}
