import Foundation

/// What an officer decides on a review, as it is sent.
///
/// ```json
/// {"verdict": "allow", "reason": "passport seen, not the person listed", "officer": "m.lind", "until": "2027-11-25",
///  "exemption": {"list": "un-sc", "entry": "QDi.006", "party": "p1", "until": "2027-11-25"}}
/// ```
public struct ResolutionRequest: Sendable, Hashable {
  /// A hit of the decision that was found to be somebody else.
  public struct Exemption: Sendable, Hashable {
    /// The list.
    public let list: String
    /// The id of the entry.
    public let entry: String
    /// The id of the party; `nil` for the applicant.
    public let party: String?
    /// The first day on which it no longer holds; `nil` if it has no end of its own.
    public let until: CalendarDate?
  }

  /// ``Verdict/allow`` or ``Verdict/deny``.
  public let verdict: Verdict
  /// Why, 1 to 1000 characters.
  public let reason: String
  /// Who decided, 1 to 200 characters.
  public let officer: String
  /// The first day on which it no longer holds; `nil` if it has no end of its own.
  public let until: CalendarDate?
  /// The id of the resolution that it takes the place of.
  public let supersedes: UUID?
  /// An exemption to be made with it.
  public let exemption: Exemption?

  /// Reads a request, and finds all that is wrong with it.
  ///
  /// - Parameter today: ends must lie behind this day.
  public static func decode(_ json: JSON, today: CalendarDate) throws(Faults) -> ResolutionRequest {
    var reader = SubmissionReader()
    let fields = ["verdict", "reason", "officer", "until", "supersedes", "exemption"]
    guard let object = reader.object(json, at: "", fields: fields) else { throw reader.faults }
    let verdict: Verdict? = reader.choice(object, "verdict")
    if verdict == .review {
      reader.faults.add("/verdict", "`review` resolves nothing", remedy: "Send allow or deny.")
    }
    let reason = reader.text(object, "reason", limit: 1_000)
    let officer = reader.text(object, "officer", limit: 200)
    for key in ["verdict", "reason", "officer"] where object.value(key) == nil {
      reader.faults.add("/\(key)", "is missing", remedy: "Say \(key == "officer" ? "who decided" : "the \(key)").")
    }
    let until = reader.end(object, after: today)
    let supersedes = reader.id(object, "supersedes")
    let exemption = reader.member(object, "exemption", fields: ["list", "entry", "party", "until"]).flatMap {
      reader.exemption($0, today: today)
    }
    guard reader.faults.count == 0, let verdict, let reason, let officer else { throw reader.faults }
    return ResolutionRequest(
      verdict: verdict, reason: reason, officer: officer, until: until, supersedes: supersedes, exemption: exemption)
  }
}

extension SubmissionReader {
  fileprivate mutating func exemption(_ object: Object, today: CalendarDate) -> ResolutionRequest.Exemption? {
    for key in ["list", "entry"] where object.value(key) == nil {
      faults.add(object.place(key), "is missing", remedy: "Take it from the hit that the decision shows.")
    }
    let (party, until) = (text(object, "party"), end(object, after: today))
    guard let list = text(object, "list"), let entry = text(object, "entry") else { return nil }
    return .init(list: list, entry: entry, party: party, until: until)
  }

  /// The first day on which something no longer holds.
  fileprivate mutating func end(_ object: Object, after today: CalendarDate) -> CalendarDate? {
    guard let day = date(object, "until") else { return nil }
    if day <= today {
      faults.add(object.place("until"), "\(day) is not a day to come", remedy: "Send the first day without effect.")
    }
    return day
  }

  fileprivate mutating func id(_ object: Object, _ key: String) -> UUID? {
    guard let text = text(object, key) else { return nil }
    if let id = UUID(uuidString: text) { return id }
    faults.add(object.place(key), "`\(text.prefix(64))` is not an id", remedy: "Send a UUID.")
    return nil
  }
}
