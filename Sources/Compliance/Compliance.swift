/// The vocabulary that every other part of Clearance shares.
///
/// Start with ``Submission`` (what is known of a customer, decoded strictly from JSON), ``Facts`` (the
/// submission, normalised, with what was gathered about it) and ``Verdict``. ``CountryTable`` knows the
/// codes and names of places, ``CalendarDate`` and ``Instant`` are the two notions of time, ``Percentage``
/// is exact, ``UsageBatch`` holds what accounts used by the hour, and ``JSON`` is the tree that requests, answers and
/// records are made of.
///
/// This target knows nothing of rules, databases or HTTP.
public enum ComplianceVocabulary {}
