import Compliance

extension RulesetDiff {
  /// The difference as it is recorded: for each kind the items that were added and removed, and those that changed
  /// with the values before and after.
  public var json: JSON {
    var members: [JSON.Member] = []
    for kind in Kind.allCases {
      let items = items.filter { $0.kind == kind }
      guard !items.isEmpty else { continue }
      let added = items.filter { $0.change == .added }.map(\.id)
      let removed = items.filter { $0.change == .removed }.map(\.id)
      let changed = items.compactMap { item -> JSON? in
        guard case .changed(let fields) = item.change else { return nil }
        return .members(["id": .string(item.id), "fields": .array(fields.map(\.json))])
      }
      members.append(
        JSON.Member(
          kind.rawValue,
          .members([
            "added": added.isEmpty ? nil : .strings(added), "removed": removed.isEmpty ? nil : .strings(removed),
            "changed": changed.isEmpty ? nil : .array(changed),
          ])))
    }
    return .object(members + [JSON.Member("files", .strings(files))])
  }

  /// The difference for people: `+` for what was added, `-` for what was removed, `~` for what changed, with the
  /// fields below it.
  public var rendered: String {
    guard items.isEmpty else { return items.map(\.rendered).joined() }
    return files.isEmpty
      ? "nothing changed\n" : "only notes, comments or layout changed: \(files.joined(separator: ", "))\n"
  }

  /// `2 rules changed, 1 rule added`, for the log.
  public var summary: String {
    var parts: [String] = []
    for kind in Kind.allCases {
      for (word, matches) in RulesetDiff.words {
        let count = items.count { $0.kind == kind && matches($0.change) }
        if count > 0 { parts.append("\(count) \(count == 1 ? kind.singular : kind.plural) \(word)") }
      }
    }
    return parts.isEmpty ? "no rule changed" : parts.joined(separator: ", ")
  }

  private static var words: [(String, (Change) -> Bool)] {
    [
      ("added", { $0 == .added }), ("removed", { $0 == .removed }),
      ("changed", { $0 != .added && $0 != .removed }),
    ]
  }
}

extension RulesetDiff.Kind {
  fileprivate var plural: String { self == .policy ? "policies" : singular + "s" }
}

extension RulesetDiff.Item {
  fileprivate var rendered: String {
    let name = "\(kind.singular) \(id)\(title.isEmpty ? "" : ": \(title)")\n"
    switch change {
    case .added: return "+ " + name
    case .removed: return "- " + name
    case .changed(let fields): return "~ " + name + fields.map(\.rendered).joined()
    }
  }
}

extension RulesetDiff.Field {
  fileprivate var json: JSON { .members(["field": .string(name), "from": before ?? .null, "to": after ?? .null]) }

  fileprivate var rendered: String {
    func text(_ value: JSON?) -> String { value.map { $0.text ?? $0.serialized } ?? "(none)" }
    return "    \(name)\n      was: \(text(before))\n      now: \(text(after))\n"
  }
}
