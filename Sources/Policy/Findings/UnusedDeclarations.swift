import CEL

extension RulesetFindings {
  /// Lists of places, restricted-party lists and attributes that no rule uses.
  func unusedDeclarations(_ reader: RulesetReader) -> [RuleDiagnostic] {
    guard !reader.declarations.isEmpty else { return [] }
    let programs = reader.compiled.flatMap { [$0.condition] + $0.reason.programs }
    let paths = Set(programs.flatMap(\.factPaths))
    func isRead(_ path: String) -> Bool {
      paths.contains(path) || paths.contains { $0.hasPrefix(path + ".") || $0.hasPrefix(path + "[") }
    }
    let hasLists = reader.declarations.contains { $0.kind == .list }
    let named = hasLists ? programs.reduce(into: Set<String>()) { $0.formUnion($1.constantTexts) } : []
    // A rule about hits of any list uses all of them.
    let usesAll =
      hasLists
      && reader.compiled.contains { text in
        let readsHits = text.condition.factPaths.contains { $0.contains("hits") || $0.contains("lists") }
        return readsHits && !text.condition.namesWhatItSeeks(in: ["hits", "lists"], by: "list")
      }
    return reader.declarations.compactMap { declaration in
      let (message, remedy): (String, String)
      switch declaration.kind {
      case .countryList where !paths.contains("countries") && !isRead("countries.\(declaration.id)"):
        message = "no rule uses the country list `\(declaration.id)`"
        remedy = "Name it in a condition, as countries.\(declaration.id), or delete the file."
      case .list where !usesAll && !named.contains(declaration.id):
        message = "no rule uses the list `\(declaration.id)`: it is screened against for nothing"
        remedy = "Name it in a condition, as in h.list == \"\(declaration.id)\", or remove it."
      case .attribute
      where !paths.contains("account") && !paths.contains("account.attributes")
        && !isRead("account.attributes.\(declaration.id)"):
        message = "no rule reads the attribute `\(declaration.id)`"
        remedy = "Read it in a condition, as account.attributes.\(declaration.id), or remove it."
      default: return nil
      }
      return RuleDiagnostic(
        .warning, in: declaration.file, at: declaration.node.position, length: declaration.id.count, message,
        remedy: remedy)
    }
  }
}
