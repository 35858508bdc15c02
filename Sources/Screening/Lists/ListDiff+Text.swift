import Compliance

extension ListDiff: CustomStringConvertible {
  /// The difference for a person: `+` came, `-` went, `~` changed, with the fields that did.
  public var description: String {
    var lines: [String] = []
    for entry in added { lines.append("+ \(ListDiff.title(entry))") }
    for entry in removed { lines.append("- \(ListDiff.title(entry))") }
    for change in changed {
      lines.append("~ \(ListDiff.title(change.after))")
      for field in change.fields {
        lines += field.removed.map { "    \(field.field): - \($0)" }
        lines += field.added.map { "    \(field.field): + \($0)" }
        if field.removed.isEmpty, field.added.isEmpty { lines.append("    \(field.field): in another order") }
      }
    }
    lines.append("\(added.count) added, \(removed.count) removed, \(changed.count) changed")
    return lines.map(withoutControls).joined(separator: "\n")
  }

  /// The difference as data.
  public var json: JSON {
    .members([
      "added": .array(added.map(\.json)),
      "removed": .array(removed.map(\.json)),
      "changed": .array(
        changed.map { change in
          .members([
            "id": .string(change.after.id),
            "name": .string(change.after.names[0].text),
            "fields": .array(
              change.fields.map { field in
                .members([
                  "field": .string(field.field), "added": .strings(field.added), "removed": .strings(field.removed),
                ])
              }),
          ])
        }),
    ])
  }

  private static func title(_ entry: ListEntry) -> String {
    "\(entry.id) \(entry.names[0].text) (\(entry.kind.rawValue))"
  }
}

extension ListEntry.DateSpan: CustomStringConvertible {
  /// `1948-12-10`, or `1960-01-01 to 1965-12-31`.
  public var description: String {
    earliest == latest ? earliest.description : "\(earliest) to \(latest)"
  }
}

extension ListEntry.Identifier: CustomStringConvertible {
  /// `passport A123 (IR)`.
  public var description: String { "\(kind) \(value)" + (country.map { " (\($0))" } ?? "") }
}

extension ListEntry.Address: CustomStringConvertible {
  /// `Ibex House, London (GB)`.
  public var description: String {
    guard let country else { return text }
    return text.isEmpty ? country.code : "\(text) (\(country))"
  }
}
