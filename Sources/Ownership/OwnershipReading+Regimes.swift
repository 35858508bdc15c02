import Compliance

// The readings of the regimes, each with what it rests on. None knows a date: rules are dated, and choose.
extension OwnershipReading {
  /// OFAC since 13 August 2014: owned 50 percent or more, in the aggregate, directly or indirectly, by blocked persons.
  ///
  /// OFAC, Revised Guidance on Entities Owned by Persons Whose Property Is Blocked, 13 August 2014 (79 FR 47726);
  /// FAQ 399 (different persons and programmes are added up), FAQ 401 (through entities that are themselves 50 percent
  /// or more owned in the aggregate), FAQ 398 (control without ownership does not block).
  public static let ofac = OwnershipReading(
    bound: .atLeast(50), kinds: .capital, aggregatesOwners: true, intermediates: .owned(.atLeast(50)))

  /// OFAC from 14 February 2008 to 12 August 2014: 50 percent or more by one blocked person. The guidance of 2008 left
  /// open whether different persons are added up; until 2014 the answer here is that they are not.
  public static let ofac2008 = OwnershipReading(
    bound: .atLeast(50), kinds: .capital, aggregatesOwners: false, intermediates: .owned(.atLeast(50)))

  /// BIS Affiliates Rule: 50 percent or more, directly or indirectly, individually or in the aggregate, across the
  /// Entity List, the MEU List and SDNs under 15 CFR 744.8; control alone is a red flag (90 FR 47201, 15 CFR part 744,
  /// supplement 3 to part 732). Counted as OFAC counts, which the rule says it means to follow.
  public static let bisAffiliates = ofac

  /// EU since 3 July 2024: 50 percent or more of the proprietary rights, listed persons added up.
  ///
  /// Council, Best Practices for the effective implementation of restrictive measures, 3 July 2024; Commission FAQ on
  /// aggregate ownership under Regulation 269/2014 (30 and 25 percent together own). Indirect ownership is left to the
  /// judgement of the operator; a company counts in between as for OFAC. That choice is ours and unconfirmed.
  public static let eu = OwnershipReading(
    bound: .atLeast(50), kinds: .capital, aggregatesOwners: true, intermediates: .owned(.atLeast(50)))

  /// EU until 2 July 2024: more than 50 percent (Best Practices as they stood before 3 July 2024).
  public static let euBefore2024 = OwnershipReading(
    bound: .over(50), kinds: .capital, aggregatesOwners: true, intermediates: .owned(.over(50)))

  /// EU control: owned, or controlled by other means (Best Practices, part on control; CJEU C-84/24).
  public static let euControl = OwnershipReading(
    bound: .atLeast(50), kinds: .capital, aggregatesOwners: true, intermediates: .owned(.atLeast(50)),
    control: .control)

  /// UK: one designated person holds, directly or indirectly, more than 50 percent of the shares or of the votes.
  ///
  /// SI 2019/855 regulation 7(2)(a) and (b); schedule 1 paragraph 4(2) (what shares are where there is no share
  /// capital). Indirectly holds who has a majority stake in the holder, or in the first of a chain of persons each of
  /// which has a majority stake in the next (schedule 1; read in the same words of the National Security Act 2023,
  /// schedule 13 paragraph 9, not in the instrument itself: unconfirmed). By paragraph 1(2) the schedule's rules also
  /// interpret the schedule, so that a majority stake may itself be put together from what one owner holds directly
  /// and through others: hence ``Intermediates/owned(_:)`` for one owner at a time. Who reads a majority stake as one
  /// undivided holding takes ``Intermediates/chain(_:)`` instead.
  /// OFSI guidance of 2023: holdings of different designated persons are not simply added up.
  public static let uk = OwnershipReading(
    bound: .over(50), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: false,
    intermediates: .owned(.over(50)))

  /// UK, with the rest of regulation 7: appointing a majority of the board (2)(c), or getting one's way by any other
  /// means (4).
  public static let ukControl = OwnershipReading(
    bound: .over(50), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: false,
    intermediates: .owned(.over(50)), control: .control)

  /// A provider's regional policy: more than 50 percent owned, directly or indirectly, by companies headquartered in
  /// regions that it does not support.
  ///
  /// The policy of 5 September 2025 speaks of majority ownership and says neither whether owners are added up nor how
  /// to count in between. Here they are added up, because the policy's concern is where owners sit and not who they
  /// are; and a company in between counts once it is itself owned so for more than half, because whoever holds the
  /// majority at every step decides. Multiplying would let a 60 percent stake in a 60 percent parent go as 36.
  public static let region = OwnershipReading(
    bound: .over(50), kinds: .capital, aggregatesOwners: true, intermediates: .owned(.over(50)))

  /// The same policy read by value: more than 50 percent, multiplied along every way and added up.
  public static let regionByValue = OwnershipReading(
    bound: .over(50), kinds: .capital, aggregatesOwners: true, intermediates: .multiplied)

  /// Any share at all of counted owners, through companies that they own to one half: what is worth a second look.
  public static let anyShare = OwnershipReading(
    bound: .over(0), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: true,
    intermediates: .owned(.atLeast(50)))

  /// Control by a counted owner, directly or through what it owns to one half or controls; shares decide nothing.
  public static let controller = OwnershipReading(
    bound: nil, kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: true,
    intermediates: .owned(.atLeast(50)), control: .control)
}
