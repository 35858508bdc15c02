import Compliance

/// Who owns how much of the applicant, as different sanctions regimes read it.
///
/// Start with ``OwnershipGraph`` (parties and interests of one submission, compact), then ``OwnershipReading`` (all
/// that one regime says about counting: thresholds, adding up, intermediate companies, control) and
/// ``OwnershipGraph/evaluate(_:counted:)``, which answers with an ``OwnershipResult``: certainly, possibly or no, how
/// much, for which doubts, and along which ``OwnershipPath``s.
///
/// Three promises hold for every reading. Arithmetic is exact: shares are whole numbers of 10⁻¹² percent. Cross-holdings
/// are the least fixed point: a loop that no counted owner stands behind amounts to nothing. And what is not known is
/// never taken for absent: ranges, owners that are only possibly counted and shares nobody was named for each lift the
/// upper bounds, and the result says which of them made the difference.
///
/// This target knows parties and percentages; it does not know lists, rules, regions or dates. Who counts is asked of
/// the caller.
public enum OwnershipLimits {
  /// How many paths a result gives unless asked for more. Each costs one walk over the graph.
  public static let paths = 16
}
