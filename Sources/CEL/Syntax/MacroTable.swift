/// The macros of an environment by name.
struct MacroTable: Sendable {
  private var byName: [String: [Macro]] = [:]

  init(_ macros: [Macro]) {
    for macro in macros {
      let name = macro.name.split(separator: ".").last.map(String.init) ?? macro.name
      byName[name, default: []].append(macro)
    }
  }

  /// The macros that a call may be a use of.
  func candidates(name: String, target: Syntax?, argumentCount: Int) -> [Macro] {
    guard let named = byName[name] else { return [] }
    return named.filter { macro in
      guard macro.argumentCount == nil || macro.argumentCount == argumentCount else { return false }
      switch (macro.style, target) {
      case (.receiver, .some): return true
      case (.global, nil): return macro.name == name
      case (.global, .some(let target)):
        return target.qualifiedName.map { $0 + "." + name } == macro.name
      case (.receiver, nil): return false
      }
    }
  }

  /// The macros with a name, for diagnostics.
  func named(_ name: String) -> [Macro] { byName[name] ?? [] }
}
