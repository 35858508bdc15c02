/// Restricted-party lists and the matching of names against them.
///
/// ``ListEntry`` is what every publisher's file is read into, by ``ListReading``; a ``ListVersion`` is a list's entries
/// under a hash that names them, and a ``ListDiff`` tells what changed from one version to the next. ``ScreeningIndex``
/// over all lists in use answers which entries a ``Subject`` may be, each ``Hit`` with a score from 0 to 1 and an
/// explanation. Knows neither HTTP nor SQL, nor what follows from a hit: that is for the rules to say.
///
/// A name is taken apart once (``NameAnalysis``: ``Folding`` brings it to ASCII words, ``NameReader`` says what each
/// word is and weighs), its words are paired with another's (``NameAligner``, ``likeness(_:_:)``), and the pairs and
/// what is left of either name make the score (``Scoring`` has the formula and all constants).
/// ``compare(_:_:schema:frequencies:)`` does that for two names; ``EntryMatcher`` for all names of a subject and an entry, with identifiers, birth dates and
/// countries (``Evidence``). The tables that a reader may correct are `LegalForms`, `NameVariants` and `WordLists`.
public enum Screening {}
