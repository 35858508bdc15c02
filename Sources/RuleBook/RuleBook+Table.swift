import Compliance
import Policy

extension RuleBook {
  /// What is in force on the day, policy by policy, and which rules are not.
  public func table(format: Format) -> String { format == .text ? textTable : jsonTable.serialized + "\n" }

  private var textTable: String {
    let current = ruleset.rules.compactMap { rule in rule.window(on: date).map { (rule: rule, window: $0) } }
    var text = "in force on \(date): \(current.count) of \(ruleset.rules.count) rules\nruleset \(ruleset.hash)\n"
    let heading = ["RULE", "VERDICT", "BASIS", "SINCE", "LAST DAY", "TITLE"]
    let rows = current.map { rule, window in
      [rule.id, rule.verdict.rawValue, rule.basis.rawValue, window.firstDay, window.lastDay]
        + [(rule.marks(in: window).map { "[\($0)]" } + [rule.title]).joined(separator: " ")]
    }
    let widths = columnWidths([heading] + rows)
    text += "\n  \(aligned(heading, widths))\n"
    for policy in ruleset.policies {
      let own = zip(current, rows).filter { $0.0.rule.policy == policy.id }.map(\.1)
      guard !own.isEmpty else { continue }
      text += "\n\(policy.id): \(policy.title)\n"
      for row in own { text += "  " + aligned(row, widths) + "\n" }
    }
    let absent = ruleset.rules.filter { $0.window(on: date) == nil }
    guard !absent.isEmpty else { return text }
    let absentRows = absent.map { rule in
      [rule.id, rule.standing(on: date), (rule.marks(in: nil).map { "[\($0)]" } + [rule.title]).joined(separator: " ")]
    }
    let absentHeading = ["RULE", "IN FORCE", "TITLE"]
    let absentWidths = columnWidths([absentHeading] + absentRows)
    text += "\nnot in force on that day\n"
    for row in [absentHeading] + absentRows { text += "  " + aligned(row, absentWidths) + "\n" }
    return text
  }

  private var jsonTable: JSON {
    .members([
      "ruleset": .string(ruleset.hash), "as_of": .string(date.description),
      "policies": .array(
        ruleset.policies.map { policy in
          .members([
            "policy": .string(policy.id), "title": .string(policy.title), "owner": .string(policy.owner),
            "authority": policy.authority.map { .string($0) },
            "rules": .array(ruleset.rules.filter { $0.policy == policy.id }.map(standing)),
          ])
        }),
    ])
  }

  /// A rule with how it stands on the day.
  func standing(_ rule: Rule) -> JSON {
    guard case .object(var members) = rule.json else { return rule.json }
    let window = rule.window(on: date)
    members.append(JSON.Member("in_force", .bool(window != nil)))
    if let window { members.append(JSON.Member("window", window.json)) }
    return .object(members)
  }
}

/// The widths that let the rows of a table stand under one another.
func columnWidths(_ rows: [[String]]) -> [Int] {
  (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
}

/// A row of a table; its last column is not padded.
func aligned(_ row: [String], _ widths: [Int]) -> String {
  zip(row, widths).enumerated().map { index, cell in
    index == row.count - 1 ? cell.0 : cell.0 + String(repeating: " ", count: max(0, cell.1 - cell.0.count))
  }.joined(separator: "  ")
}
