import Foundation

/// How much it says that two accounts share a trace, in bits.
///
/// There are two hypotheses against which *one operator made both* is weighed. That they are **strangers**: then they
/// share the trace by accident, the likelier the more others carry it (``together(_:outside:)``). And that they are
/// **honest people who share**, a household or a campus: then one came after the other at no particular time, at the
/// rate at which the trace turns up anyway (``burst(gapHours:outside:ageHours:)``). Rates are learnt from the population,
/// for every single value: so free-mail domains, carrier NAT, VPN exits, laboratory machines and common fingerprints
/// lose their weight without a list of them. Several shared traces add up; the burst, being one event, counts once.
public enum LinkWeights {
  /// What it takes to link an account, at signup. In a population whose rates are known for months, a card that nobody
  /// else carries does it within days, a telephone number within a day; what is shared with somebody who came weeks
  /// before does it never, unless it is several things.
  public static let needed: Float = 10
  /// What it takes to remain linked when evidence is weighed again. Less than ``needed``, so that an account on the
  /// border does not come and go.
  public static let kept: Float = 8
  /// How long before an account others may have signed up for it to be linked to them, in hours.
  public static let horizonHours: Float = 240
  static let horizonSeconds = Int64(horizonHours * 3600)
  /// A gap at or below which gaps are not told apart, in hours.
  public static let shortestHours: Float = 0.5
  /// What a burst is worth at the most.
  public static let mostOfBurst: Float = 12
  /// How many strangers are expected to carry a trace by accident that none is known to carry.
  static let accident: Float = 0.25
  /// The youngest that a population is taken to be, in hours: before, nothing is known of any rate.
  static let youngestHours: Float = 24

  /// What it says against strangers that two accounts share a trace.
  /// - Parameter outside: how many accounts carry it that are not in the cluster in question.
  /// - Returns: bits, at least 0. Each doubling of those outside costs one.
  public static func together(_ kind: TraceKind, outside: Float) -> Float {
    max(0, kind.agreement - log2(1 + outside))
  }

  /// What it says against honest sharing that two accounts with the same trace signed up so soon after one another.
  ///
  /// An operator's tempo is not known, so that its gaps are taken to be as likely between half an hour and an hour as
  /// between four days and eight (a log-uniform prior over the scale, after Jeffreys); honest carriers arrive evenly
  /// (a Poisson process at the rate at which those outside the cluster did).
  /// - Parameters:
  ///   - gapHours: from one signup to the other.
  ///   - outside: how many accounts carry the trace that are not in the cluster in question.
  ///   - ageHours: the time over which they came, the age of the population.
  /// - Returns: bits, from 0 to ``mostOfBurst``.
  public static func burst(gapHours: Float, outside: Float, ageHours: Float) -> Float {
    let density = tempo / (gapHours + shortestHours)
    let rate = (outside + accident) / max(ageHours, youngestHours)
    return min(mostOfBurst, max(0, log2(density / rate)))
  }

  private static let tempo: Float = 1 / log((horizonHours + shortestHours) / shortestHours)

  /// How many traces must tie two clusters before they are one: more for large ones, which have more occasions for
  /// accidents and of which more hangs on it.
  /// - Parameter smaller: accounts of the smaller one.
  public static func ties(smaller: Int) -> Int { smaller <= 2 ? 1 : smaller <= 16 ? 2 : 3 }
}
