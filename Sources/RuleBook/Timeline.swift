import Compliance
import Foundation
import Policy

/// When every window of a ruleset begins and ends.
///
/// Law changes in bursts, decades apart, so the picture gives every date the same room: distances are not to scale,
/// and no window is too short to be seen.
struct Timeline {
  /// What has windows: a rule, or places on a country list.
  struct Row {
    let heading: String?
    let subject: String
    let spans: [String]
    /// The picture's bars, as SVG.
    let bars: String
  }

  /// A day on which something begins or ends.
  struct Event {
    let day: String
    let change: String
    let remark: String
  }

  /// A date over the picture: text beside the SVG, which browsers print again on each page of a table.
  struct Tick {
    /// How far from the left.
    let percent: String
    let date: String
  }

  /// What a bar of the picture means.
  struct Key {
    let sample: String
    let meaning: String
  }

  private static let width = 600.0
  private static let margin = 24.0

  static let legend =
    Style.allCases.map { style in
      Key(sample: bar(1, 59, style, isShadow: false, isUnconfirmed: false), meaning: style.rawValue)
    } + [
      Key(sample: bar(1, 59, .deny, isShadow: true, isUnconfirmed: false), meaning: "in shadow mode"),
      Key(sample: bar(1, 59, .deny, isShadow: false, isUnconfirmed: true), meaning: "unconfirmed"),
    ]

  let axis: [Tick]
  let rows: [Row]
  let events: [Event]

  init(_ ruleset: Ruleset, asOf date: CalendarDate) {
    var subjects: [Subject] = []
    for policy in ruleset.policies {
      for (index, rule) in ruleset.rules.filter({ $0.policy == policy.id }).enumerated() {
        subjects.append(
          Subject(
            heading: index == 0 ? policy.title : nil, name: rule.id, style: rule.verdict == .deny ? .deny : .review,
            isShadow: rule.mode == .shadow, windows: rule.effective))
      }
    }
    for list in ruleset.countryLists {
      for (index, line) in list.lines.enumerated() {
        subjects.append(
          Subject(
            heading: index == 0 ? "countries.\(list.id)" : nil, name: line.places.joined(separator: ", "),
            style: .listed, isShadow: false, windows: line.entry.effective))
      }
    }
    let scale = Scale(subjects.flatMap { $0.windows.flatMap { [$0.from, $0.until].compactMap { $0 } } })
    axis = scale.axis
    rows = subjects.map { subject in
      Row(
        heading: subject.heading, subject: subject.name,
        spans: subject.windows.map { $0.description + ($0.unconfirmed == nil ? "" : ", unconfirmed") },
        bars: subject.windows.map { scale.bar($0, subject) }.joined()
          + Timeline.mark(scale.x(date)))
    }
    events = Timeline.events(subjects)
  }

  private static func events(_ subjects: [Subject]) -> [Event] {
    var section = ""
    var events: [(date: CalendarDate?, event: Event)] = []
    for subject in subjects {
      section = subject.heading ?? section
      let name = subject.style == .listed ? "\(section): \(subject.name)" : subject.name
      for window in subject.windows {
        let remark = [subject.isShadow ? "shadow" : nil, window.unconfirmed.map { "unconfirmed: \($0)" }]
          .compactMap { $0 }.joined(separator: ", ")
        events.append(
          (
            window.from,
            Event(
              day: window.firstDay, change: "\(name) \(window.from == nil ? "has effect" : "begins")", remark: remark)
          ))
        if let until = window.until {
          events.append(
            (until, Event(day: until.description, change: "\(name) has no effect any more", remark: remark)))
        }
      }
    }
    return events.enumerated().sorted { left, right in
      switch (left.element.date, right.element.date) {
      case (let a?, let b?) where a != b: a < b
      case (nil, .some): true
      case (.some, nil): false
      default: left.offset < right.offset
      }
    }.map(\.element.event)
  }
}

extension Timeline {
  fileprivate enum Style: String, CaseIterable {
    case deny
    case review
    case listed = "place on a list"

    var color: String {
      switch self {
      case .deny: "#8c1d18"
      case .review: "#e5b74e"
      case .listed: "#7f93a8"
      }
    }
  }

  /// A bar, with its looks in its own attributes: printers of HTML often keep style sheets from pictures.
  fileprivate static func bar(
    _ left: Double, _ right: Double, _ style: Style, isShadow: Bool, isUnconfirmed: Bool
  ) -> String {
    let looks =
      #"fill="\#(isShadow ? "#fff" : style.color)" stroke="\#(style.color)""#
      + (isUnconfirmed ? ##" fill-opacity="0.3" stroke-dasharray="4 2""## : "")
    return #"<rect x="\#(number(left))" y="2" width="\#(number(right - left))" height="10" \#(looks)/>"#
  }

  /// The line of the day as of which the book is written.
  private static func mark(_ x: Double) -> String {
    let place = number(x)
    return ##"<line x1="\##(place)" x2="\##(place)" y1="0" y2="14" stroke="#0b57a4" stroke-width="2"/>"##
  }

  private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private struct Subject {
    let heading: String?
    let name: String
    let style: Style
    let isShadow: Bool
    let windows: [EffectiveWindow]
  }

  /// Where each date stands in the picture.
  private struct Scale {
    let dates: [CalendarDate]

    init(_ dates: [CalendarDate]) { self.dates = Set(dates).sorted() }

    private var step: Double { (width - 2 * margin) / Double(max(1, dates.count - 1)) }

    /// The place of any day; between two dates in proportion.
    func x(_ date: CalendarDate) -> Double {
      guard let first = dates.first, let last = dates.last else { return width / 2 }
      if date < first { return margin / 2 }
      if date > last { return (dates.count == 1 ? margin : width - margin) + margin / 2 }
      let next = dates.firstIndex { $0 >= date } ?? 0
      guard dates[next] != date, next > 0 else { return margin + Double(next) * step }
      let span = Double(dates[next].daysSinceEpoch - dates[next - 1].daysSinceEpoch)
      return margin + (Double(next - 1) + Double(date.daysSinceEpoch - dates[next - 1].daysSinceEpoch) / span) * step
    }

    func bar(_ window: EffectiveWindow, _ subject: Subject) -> String {
      Timeline.bar(
        window.from.map(x) ?? 0, window.until.map(x) ?? width, subject.style, isShadow: subject.isShadow,
        isUnconfirmed: window.unconfirmed != nil)
    }

    /// The dates over the picture; as many as can be read.
    var axis: [Tick] {
      let every = max(1, Int((19 / step).rounded(.up)))
      return dates.enumerated().filter { $0.offset % every == 0 }.map { _, date in
        Tick(percent: number(x(date) / width * 100), date: date.description)
      }
    }
  }
}
