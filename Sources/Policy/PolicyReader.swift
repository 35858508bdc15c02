import Compliance
import Yams

/// A rule with the places that its faults are reported at.
struct RuleDraft {
  let rule: Rule
  let file: SourceFile
  let idNode: Node
  let when: Node.Scalar
  let reason: Node.Scalar
}

extension YAMLReader {
  static let policyKeys = ["policy", "title", "owner", "authority", "rules"]
  static let ruleKeys = [
    "id", "title", "basis", "citation", "effective", "when", "verdict", "reason", "duties", "mode",
  ]
  static let countryListKeys = ["countries", "title", "owner", "source", "checked", "entries"]
  static let countryEntryKeys = ["places", "effective", "citation", "note"]
  static let windowKeys = ["from", "until", "unconfirmed", "gap"]

  static let requiredPolicyKeys = ["policy", "title", "owner", "rules"]
  static let requiredRuleKeys = ["id", "title", "basis", "citation", "effective", "when", "verdict", "reason"]
  static let requiredCountryListKeys = ["countries", "title", "entries"]
  static let requiredCountryEntryKeys = ["places", "effective"]

  /// Reads a policy file; faulty rules are reported and left out.
  mutating func policy(_ root: Node) -> (PolicyFile, [RuleDraft])? {
    guard
      let mapping = mapping(
        root, what: "a policy", keys: YAMLReader.policyKeys, required: YAMLReader.requiredPolicyKeys),
      let id = identifier(mapping["policy"], what: "policy")
    else { return nil }
    let policy = PolicyFile(
      id: id, title: text(mapping["title"], what: "title") ?? "", owner: text(mapping["owner"], what: "owner") ?? "",
      authority: text(mapping["authority"], what: "authority"), file: file.path)
    let rules = items(mapping["rules"], what: "rules").compactMap { rule($0, policy: id) }
    return (policy, rules)
  }

  private mutating func rule(_ node: Node, policy: String) -> RuleDraft? {
    guard
      let mapping = mapping(
        node, what: "a rule", keys: YAMLReader.ruleKeys, required: YAMLReader.requiredRuleKeys)
    else { return nil }
    let id = identifier(mapping["id"], what: "a rule's id")
    let title = text(mapping["title"], what: "title")
    let basis: RuleBasis? = choice(mapping["basis"], what: "basis")
    let citation = text(mapping["citation"], what: "citation")
    let windows = effectiveWindows(mapping["effective"])
    let when = text(mapping["when"], what: "when")
    var verdict: Verdict? = choice(mapping["verdict"], what: "verdict")
    if verdict == .allow, let node = mapping["verdict"] {
      report(node, "a rule cannot allow", remedy: "Use review or deny; an account is allowed when no rule matches.")
      verdict = nil
    }
    let reason = text(mapping["reason"], what: "reason")
    let duties = texts(mapping["duties"], what: "duties")
    let mode: RuleMode? = mapping["mode"] == nil ? .enforce : choice(mapping["mode"], what: "mode")
    guard let id, let title, let basis, let citation, let windows, let when, let verdict, let reason, let mode,
      let idNode = mapping["id"], let whenScalar = mapping["when"]?.scalar, let reasonScalar = mapping["reason"]?.scalar
    else { return nil }
    let rule = Rule(
      id: id, policy: policy, title: title, basis: basis, citation: citation, effective: windows, when: when,
      verdict: verdict, reason: reason, duties: duties, mode: mode, file: file.path,
      line: idNode.position?.line ?? 1)
    return RuleDraft(rule: rule, file: file, idNode: idNode, when: whenScalar, reason: reasonScalar)
  }

  /// Reads windows in order of time; overlaps, empty windows and gaps that nobody explains are reported. `nil` when
  /// there is any fault.
  private mutating func effectiveWindows(_ node: Node?) -> [EffectiveWindow]? {
    guard let node else { return nil }
    let before = errorCount
    var windows: [EffectiveWindow] = []
    let nodes = items(node, what: "effective")
    if nodes.isEmpty, errorCount == before {
      report(node, "effective has no window", remedy: "Write `[{from: YYYY-MM-DD}]`.")
    }
    for node in nodes {
      guard let mapping = mapping(node, what: "a window", keys: YAMLReader.windowKeys) else { continue }
      let window = EffectiveWindow(
        from: date(mapping["from"], what: "from"), until: date(mapping["until"], what: "until"),
        unconfirmed: text(mapping["unconfirmed"], what: "unconfirmed"), gap: text(mapping["gap"], what: "gap"))
      if let from = window.from, let until = window.until, until <= from {
        report(
          mapping["until"] ?? node, "the window ends on \(until), not after its beginning on \(from)",
          remedy: "`until` is the first day without effect; mend one of the dates.")
      }
      if let last = windows.last {
        if let end = last.until, let start = window.from, end <= start {
          reportGap(from: end, until: start, window, mapping["gap"] ?? node)
        } else {
          report(
            node, "this window overlaps the one before it, or is out of order",
            remedy: "Write windows in order of time; each but the last needs an `until`, each but the first a `from`.")
        }
      }
      windows.append(window)
    }
    if let first = windows.first, first.gap != nil, let gap = YAMLMapping(nodes[0])?["gap"] {
      report(
        warning: gap, "this `gap` explains nothing: no window comes before",
        remedy: "Remove it, or write the window before.")
    }
    return errorCount == before ? windows : nil
  }

  /// Days between two windows may be the law, and may be a slip of the pen; so somebody has to say which.
  private mutating func reportGap(
    from start: CalendarDate, until end: CalendarDate, _ window: EffectiveWindow, _ node: Node
  ) {
    if start == end, window.gap != nil {
      report(
        warning: node, "this `gap` explains nothing: the window before ends on the day before this one begins",
        remedy: "Remove it, or mend the dates.")
    } else if start < end, window.gap == nil {
      report(
        warning: node, "nothing has effect from \(start) to \(end.adding(days: -1)), and nothing says why",
        remedy: "Add `gap: REASON` to this window if the law was so, or mend the dates.")
    }
  }

  private var errorCount: Int { diagnostics.count { $0.severity == .error } }

  /// Reads a dated list of countries and regions.
  mutating func countryList(_ root: Node) -> CountryList? {
    guard
      let mapping = mapping(
        root, what: "a country list", keys: YAMLReader.countryListKeys,
        required: YAMLReader.requiredCountryListKeys),
      let id = identifier(mapping["countries"], what: "countries", separators: "_")
    else { return nil }
    let title = text(mapping["title"], what: "title") ?? ""
    let owner = text(mapping["owner"], what: "owner")
    let source = text(mapping["source"], what: "source")
    let checked = date(mapping["checked"], what: "checked")
    var list: [CountryList.Entry] = []
    for node in items(mapping["entries"], what: "entries") { list += entries(node) }
    return CountryList(
      id: id, title: title, owner: owner, source: source, checked: checked, entries: list, file: file.path)
  }

  private mutating func entries(_ node: Node) -> [CountryList.Entry] {
    guard
      let mapping = mapping(
        node, what: "an entry", keys: YAMLReader.countryEntryKeys, required: YAMLReader.requiredCountryEntryKeys),
      let windows = effectiveWindows(mapping["effective"])
    else { return [] }
    let citation = text(mapping["citation"], what: "citation")
    let note = text(mapping["note"], what: "note")
    return items(mapping["places"], what: "places").compactMap { node in
      place(node).map { CountryList.Entry(place: $0, effective: windows, citation: citation, note: note) }
    }
  }

  private mutating func place(_ node: Node) -> String? {
    guard let text = text(node, what: "a place") else { return nil }
    if text.contains("-") {
      if case .known = CountryTable.shared.standing(of: text) { return text }
    } else if text.utf8.count == 2, let country = Country(text), country.code == text {
      return text
    }
    report(
      node, "unknown place `\(text)`",
      remedy: Country(text).map { "Write \($0.code) for \($0.name)." }
        ?? "Write an ISO 3166-1 alpha-2 code such as CU, or an ISO 3166-2 code such as UA-43.")
    return nil
  }
}
