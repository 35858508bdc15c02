import Compliance

/// The edition that was asked for last, for whoever goes through many facts that mostly have one day and one ruleset:
/// ``Ruleset/edition(on:)`` takes a lock, for which the others who go through facts would wait.
package struct RecentEdition: Sendable {
  private var last: (ruleset: Ruleset, date: CalendarDate, edition: Edition)?

  /// Remembers none.
  package init() {}

  /// The edition of a ruleset on a day.
  package mutating func find(_ ruleset: Ruleset, on date: CalendarDate) -> Edition {
    if let last, last.ruleset === ruleset, last.date == date { return last.edition }
    let edition = ruleset.edition(on: date)
    last = (ruleset, date, edition)
    return edition
  }
}
