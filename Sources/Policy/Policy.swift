/// Rulesets and judging.
///
/// ``Ruleset/load(_:)`` reads a folder of policy files and reports every fault in them, and what is faultless and hardly
/// meant (`Findings/`); a ``Ruleset`` judges facts as of a date: ``Ruleset/judge(_:asOf:)`` is the pure function that the
/// whole product rests on.
/// ``FactSchema`` declares what conditions can ask for, ``OwnershipNotation`` how they ask who owns the applicant,
/// ``RuleTests`` runs the tests that stand beside the rules, and ``RulesetDiff`` tells what changed from one ruleset to
/// another.
///
/// This target knows neither HTTP nor SQL, reads no clock and keeps no state.
public enum PolicyTarget {}
