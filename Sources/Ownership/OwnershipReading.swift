import Compliance

/// Everything that a regime says about counting ownership. Who counts as an owner is asked of the caller; the rest is
/// here, so that no two rules can differ in something that neither of them says.
public struct OwnershipReading: Sendable, Hashable {
  /// How a company between a counted owner and the applicant counts.
  public enum Intermediates: Sendable, Hashable {
    /// Not at all: only what counted owners hold directly.
    case ignored
    /// With its whole share, once counted owners hold it to the bound; with nothing below. What they hold is added up
    /// over different owners exactly where the reading adds them up, and includes what they hold through companies
    /// that already count. Percentages are never multiplied (OFAC FAQ 401: fifty percent of fifty percent is fifty).
    case owned(OwnershipBound)
    /// With its whole share, when every link from the owner down to it meets the bound by itself: a chain of majority
    /// stakes. Two stakes in the same company are not put together to make a link.
    case chain(OwnershipBound)
    /// With the part of its share that counted owners hold of it: percentages are multiplied along every way and the
    /// ways are added up. No sanctions regime reads ownership so; a policy of the provider's own may, beside a reading
    /// by majorities, since each finds what the other misses: 60 percent of 60 percent is a majority of a majority and
    /// 36 percent of the whole; 40 percent of a sole parent and 20 directly are 60 percent and no majority of anything.
    /// Products are rounded to 10⁻¹² percent, downwards at the least and upwards at the most, so that the bounds hold.
    case multiplied
  }

  /// What the share in the applicant must meet; `nil` when no share suffices and only ``control`` decides.
  public var bound: OwnershipBound?
  /// The kinds whose shares count. Each kind is summed by itself, and one that meets the bound is enough.
  public var kinds: InterestKindSet
  /// Whether the shares of different counted owners are added up. If not, each owner is looked at alone.
  public var aggregatesOwners: Bool
  /// How companies in between count.
  public var intermediates: Intermediates
  /// The kinds that give control whatever the share. Who controls an entity counts as holding what it holds, and
  /// controlling the applicant meets the reading. Empty where ownership alone counts.
  public var control: InterestKindSet

  /// Whether percentages are multiplied.
  var multiplies: Bool {
    if case .multiplied = intermediates { return true }
    return false
  }

  /// A reading, all of it said.
  public init(
    bound: OwnershipBound?, kinds: InterestKindSet, aggregatesOwners: Bool, intermediates: Intermediates,
    control: InterestKindSet = []
  ) {
    self.bound = bound
    self.kinds = kinds
    self.aggregatesOwners = aggregatesOwners
    self.intermediates = intermediates
    self.control = control
  }
}

extension OwnershipReading: CustomStringConvertible {
  /// One line for an officer: `≥ 50 % of shareholding, …; owners added up; companies in between from ≥ 50 %`.
  public var description: String {
    var parts: [String] = []
    if let bound { parts.append("\(bound) of \(kinds)") }
    if !control.isEmpty { parts.append("control by \(control)") }
    parts.append(aggregatesOwners ? "owners added up" : "each owner alone")
    switch intermediates {
    case .ignored: parts.append("direct holdings only")
    case .owned(let bound): parts.append("companies in between from \(bound)")
    case .chain(let bound): parts.append("through single links of \(bound)")
    case .multiplied: parts.append("percentages multiplied")
    }
    return parts.joined(separator: "; ")
  }
}
