/// Restricted-party lists and the matching of names against them.
///
/// ``ListEntry`` is what every publisher's file is read into, by ``ListReading``; a ``ListVersion`` is a list's entries
/// under a hash that names them, and a ``ListDiff`` tells what changed from one version to the next. An index over all
/// lists in use answers which entries a name, with what else is known of its bearer, may be, each with a score from 0 to
/// 1 and an explanation. Knows neither HTTP nor SQL, nor what follows from a hit: that is for the rules to say.
public enum Screening {}
