import Compliance

/// A span of days, in UTC, on which a rule or an entry of a country list has effect.
public struct EffectiveWindow: Sendable, Hashable {
  /// The first day; `nil` for "since ever".
  public let from: CalendarDate?
  /// The first day on which it has no effect any more; `nil` for "until further notice".
  public let until: CalendarDate?
  /// Why nobody has confirmed that the law had effect then; the window applies all the same.
  public let unconfirmed: String?
  /// Why the window before it ended earlier than this one begins.
  public let gap: String?

  /// Makes a window.
  public init(from: CalendarDate?, until: CalendarDate?, unconfirmed: String? = nil, gap: String? = nil) {
    self.from = from
    self.until = until
    self.unconfirmed = unconfirmed
    self.gap = gap
  }

  /// Whether it has effect on this day.
  public func contains(_ date: CalendarDate) -> Bool {
    (from.map { $0 <= date } ?? true) && (until.map { date < $0 } ?? true)
  }

  /// `2025-09-29 to 2025-11-09`, `since 2014-08-13`.
  public var description: String {
    switch (from, until) {
    case (nil, nil): "always"
    case (let from?, nil): "since \(from)"
    case (nil, let until?): "until \(until.adding(days: -1))"
    case (let from?, let until?): "\(from) to \(until.adding(days: -1))"
    }
  }

  /// The window as a rule file writes it.
  package var json: JSON {
    .members([
      "from": from.map { .string($0.description) }, "until": until.map { .string($0.description) },
      "unconfirmed": unconfirmed.map { .string($0) }, "gap": gap.map { .string($0) },
    ])
  }
}
