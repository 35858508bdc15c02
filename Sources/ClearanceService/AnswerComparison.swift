import Compliance

/// What differs between a recorded answer and the one that judging again gives, in words.
struct AnswerComparison {
  private(set) var differences: [Replay.Difference] = []

  /// How much of a value is shown in words, in characters.
  private static let shown = 200
  /// The members that have an entry for each rule, and what an entry of them says of its rule.
  private static let ofRules = [
    "matched": "matched", "shadow": "matched in shadow mode", "unknown": "was unknown", "errors": "failed",
  ]

  /// Compares two answers.
  ///
  /// - Parameters:
  ///   - recorded: the UTF-8 bytes of JSON.
  ///   - now: those of the answer made anew.
  init(recorded: [UInt8], now: [UInt8]) {
    let (then, expected): (JSON, JSON)
    do {
      (then, expected) = (
        try JSON.parse(recorded, maximumDepth: 128), try JSON.parse(now, maximumDepth: 128)
      )
    } catch {
      add("answer", "the recorded answer is not JSON: \(error)")
      return
    }
    guard case .object(let members) = then, case .object(let expectedMembers) = expected else {
      add("answer", "the recorded answer is \(then.kindName) and no object")
      return
    }
    for member in expectedMembers {
      guard let recorded = then[member.key] else {
        add(member.key, "the recorded answer has no `\(member.key)`", now: member.value)
        continue
      }
      if recorded != member.value { compare(member.key, recorded, member.value) }
    }
    for member in members where expected[member.key] == nil {
      add(
        member.key,
        "the recorded answer has `\(member.key)`, which judging again does not give: \(Self.text(member.value))",
        then: member.value)
    }
    if differences.isEmpty, now != recorded {
      add("answer", "the recorded answer says the same, but is written in another way")
    }
  }

  private mutating func add(_ about: String, _ message: String, then: JSON? = nil, now: JSON? = nil) {
    differences.append(Replay.Difference(about, message, then: then, now: now))
  }

  private mutating func compare(_ key: String, _ then: JSON, _ now: JSON) {
    guard let happening = Self.ofRules[key], let before = then.elements, let after = now.elements else {
      add(key, "`\(key)` was \(Self.text(then)) and is \(Self.text(now))", then: then, now: now)
      return
    }
    let count = differences.count
    for entry in before {
      guard let rule = entry["rule"]?.text else {
        add(key, "an entry of the recorded `\(key)` names no rule: \(Self.text(entry))", then: entry)
        continue
      }
      guard let other = after.first(where: { $0["rule"]?.text == rule }) else {
        add(key, "the rule \(rule) \(happening) then and does not now", then: entry)
        continue
      }
      if entry != other { compare(rule: rule, key, entry, other) }
    }
    for entry in after {
      guard let rule = entry["rule"]?.text, !before.contains(where: { $0["rule"]?.text == rule }) else { continue }
      add(key, "by judging again the rule \(rule) \(happening), which the record does not say", now: entry)
    }
    if differences.count == count {
      add(key, "the entries of `\(key)` are the same in another order or number", then: then, now: now)
    }
  }

  private mutating func compare(rule: String, _ key: String, _ then: JSON, _ now: JSON) {
    guard case .object(let before) = then, case .object(let after) = now else { return }
    for name in before.map(\.key) + after.map(\.key).filter({ name in !before.contains { $0.key == name } }) {
      let (old, new) = (then[name], now[name])
      guard old != new else { continue }
      add(
        key, "of the rule \(rule), `\(name)` was \(Self.text(old)) and is \(Self.text(new))", then: old, now: new)
    }
  }

  private static func text(_ value: JSON?) -> String {
    guard let text = value?.serialized else { return "not there" }
    return text.count > shown ? text.prefix(shown) + "…" : text
  }
}
