import Compliance
import Policy

extension RuleBook {
  /// All that is known of one rule; `nil` when there is no such rule.
  public func card(_ id: String, format: Format) -> String? {
    guard let rule = ruleset.rules.first(where: { $0.id == id }), let policy = policy(of: rule) else { return nil }
    return format == .text ? textCard(rule, policy) : jsonCard(rule, policy).serialized + "\n"
  }

  private func textCard(_ rule: Rule, _ policy: PolicyFile) -> String {
    var lines: [(label: String, value: String)] = [
      ("in force", rule.standing(on: date) + (date == Instant.now.date ? "" : " (as of \(date))")),
      ("verdict", rule.verdict.rawValue + (rule.mode == .shadow ? ", in shadow mode: it decides nothing" : "")),
      ("policy", "\(policy.id): \(policy.title)"),
    ]
    if let authority = policy.authority { lines.append(("authority", authority)) }
    lines += [
      ("owner", policy.owner), ("basis", "\(rule.basis.rawValue): \(rule.basis.meaning)"), ("citation", rule.citation),
      ("file", "\(rule.file):\(rule.line)"),
    ]
    for (index, window) in rule.effective.enumerated() {
      let remarks = [window.unconfirmed.map { ", unconfirmed: \($0)" }, window.gap.map { "; before it: \($0)" }]
      lines.append((index == 0 ? "windows" : "", window.description + remarks.compactMap(\.self).joined()))
    }
    var text = "\(rule.id)\n\(rule.title)\n\n"
    for (label, value) in lines { text += aligned([label, value], [9, 0]) + "\n" }
    text += "\nwhen\n\(indented(rule.when))\nreason\n\(indented(rule.reason))"
    if !rule.duties.isEmpty { text += "\nduties\n" + rule.duties.map { "  - \($0)\n" }.joined() }
    let tests = tests(of: rule)
    guard !tests.isEmpty else { return text + "\nno test names this rule\n" }
    let rows = tests.map { test, expectation in
      [expectation.rawValue, test.asOf.description, "\(test.file):\(test.line)", test.name]
    }
    let heading = ["EXPECTS", "AS OF", "WHERE", "TEST"]
    let widths = columnWidths([heading] + rows)
    return text + "\ntests\n" + ([heading] + rows).map { "  \(aligned($0, widths))\n" }.joined()
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  private func jsonCard(_ rule: Rule, _ policy: PolicyFile) -> JSON {
    .members([
      "ruleset": .string(ruleset.hash), "as_of": .string(date.description),
      "policy": .members([
        "policy": .string(policy.id), "title": .string(policy.title), "owner": .string(policy.owner),
        "authority": policy.authority.map { .string($0) },
      ]),
      "rule": standing(rule), "file": .string(rule.file), "line": .int(rule.line),
      "tests": .array(
        tests(of: rule).map { test, expectation in
          .members([
            "name": .string(test.name), "file": .string(test.file), "line": .int(test.line),
            "as_of": .string(test.asOf.description), "expects": .string(expectation.rawValue),
          ])
        }),
    ])
  }
}
