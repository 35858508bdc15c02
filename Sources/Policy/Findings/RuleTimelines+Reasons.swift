import CEL

extension RuleTimelines {
  /// Facts that every complete submission has, and those that the service gathers itself.
  private static let given: Set<String> = [
    "account.id", "account.kind", "account.name", "parties[].id", "interests[].subject", "interests[].interested_party",
    "as_of", "countries", "ownership", "hits", "jurisdictions", "usage", "cluster",
  ]
  private static let givenPrefixes = ["countries.", "hits[]", "jurisdictions[]", "usage.", "cluster."]

  /// Facts that the reason names and the condition does not need, so that they may be missing where the rule matches.
  func reasonFindings(_ number: Int) -> [RuleDiagnostic] {
    let entry = rules[number]
    func isGiven(_ path: String) -> Bool {
      RuleTimelines.given.contains(path) || RuleTimelines.givenPrefixes.contains { path.hasPrefix($0) }
    }
    let programs = entry.text.reason.programs
    guard programs.contains(where: { $0.factPaths.contains { !isGiven($0) } }) else { return [] }
    let needed = Set(entry.text.condition.mentions.filter(\.needsValue).map(\.path))
    var reported: Set<String> = []
    var findings: [RuleDiagnostic] = []
    for (program, offset) in zip(programs, entry.text.reason.offsets) {
      let mentions = program.mentions
      let guarded = Set(mentions.filter { !$0.needsValue }.map(\.path))
      for mention in mentions where mention.needsValue && !isGiven(mention.path) {
        guard !needed.contains(mention.path), !guarded.contains(mention.path),
          !needed.contains(where: { $0.hasPrefix(mention.path + ".") || $0.hasPrefix(mention.path + "[") }),
          reported.insert(mention.path).inserted
        else { continue }
        let part = program.source.scalarRange(ofBytes: mention.range)
        let map = ScalarMap(entry.draft.reason, in: entry.draft.file)
        let text = program.source.excerpt(ofBytes: mention.range)
        findings.append(
          RuleDiagnostic(
            .warning, in: entry.draft.file, map, offset + part.lowerBound, part.count,
            "the reason names \(mention.path), which the condition does not need: where it was not submitted the reason "
              + "says \"(not given)\"",
            remedy: "Leave it out, or write {has(\(text)) ? … : …}."))
      }
    }
    return findings
  }
}
