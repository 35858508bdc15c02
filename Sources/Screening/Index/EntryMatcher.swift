import Compliance

/// Compares one subject with entries: all its names with all of theirs, then what else is known of both.
public struct EntryMatcher: Sendable {
  let subject: Subject
  let names: [NameAnalysis]
  private let frequencies: TokenFrequencies

  /// A matcher of a subject.
  public init(_ subject: Subject, frequencies: TokenFrequencies = .standard) {
    self.subject = subject
    self.frequencies = frequencies
    names = subject.kind.schemas.flatMap { schema in
      subject.names.map { NameAnalysis($0, schema: schema, frequencies: frequencies) }
    }
  }

  /// The hit of an entry, if its score reaches the threshold. Names of different kinds are never compared; a name that
  /// does not reach ``ScreeningIndex/lowestThreshold`` by itself is no hit whatever else agrees, save an identifier.
  public func hit(_ entry: ListEntry, of list: String, atLeast threshold: Double) -> Hit? {
    var aligner = NameAligner()
    return hit(entry, of: list, atLeast: threshold, aligner: &aligner)
  }

  func hit(_ entry: ListEntry, of list: String, atLeast threshold: Double, aligner: inout NameAligner) -> Hit? {
    let shared = subject.identifiers.isEmpty ? nil : Evidence.sharedIdentifier(subject, entry)
    var best: Best?
    var analysis: NameAnalysis?
    for schema in entry.kind.schemas where names.contains(where: { $0.schema == schema }) {
      for (theirs, name) in entry.names.enumerated() {
        let theirAnalysis = NameAnalysis(name.text, schema: schema, frequencies: frequencies)
        for (ours, ourName) in names.enumerated() where ourName.schema == schema {
          let raw = Rounding.score(aligner.score(ourName.tokens, theirAnalysis.tokens, schema: schema))
          guard shared != nil || raw >= ScreeningIndex.lowestThreshold else { continue }
          let candidate = Best(ours: ours, theirs: theirs, raw: raw, quality: name.quality)
          if best.map({ candidate.precedes($0) }) ?? true {
            best = candidate
            analysis = theirAnalysis
          }
        }
      }
    }
    if best == nil, shared != nil, !names.isEmpty {
      // An identifier decides even where the names are of different kinds and were not compared.
      best = Best(ours: 0, theirs: 0, raw: 0, quality: .strong)
      analysis = NameAnalysis(entry.names[0].text, schema: names[0].schema, frequencies: frequencies)
    }
    guard let best, let analysis else { return nil }
    return hit(
      best, entry, of: list, theirTokens: analysis.tokens, shared: shared, atLeast: threshold, aligner: &aligner)
  }

  /// The two names of a subject and an entry that fit best.
  struct Best {
    var ours: Int
    var theirs: Int
    /// The score of the names alone.
    var raw: Double
    var quality: ListEntry.Quality

    /// A weak alias counts less, unless it is ours to the letter.
    var isWeak: Bool { quality == .weak && raw < 1 }
    var score: Double { isWeak ? raw + Evidence.weakAlias : raw }

    /// Whether this is taken rather than another: the better, and of equal ones the earlier.
    func precedes(_ other: Best) -> Bool {
      score != other.score ? score > other.score : (theirs, ours) < (other.theirs, other.ours)
    }
  }

  /// The hit that two names make with what else is known, if it reaches the threshold.
  func hit(
    _ best: Best, _ entry: ListEntry, of list: String, theirTokens: [NameToken],
    shared: (ours: ListEntry.Identifier, theirs: ListEntry.Identifier)?, atLeast threshold: Double,
    aligner: inout NameAligner
  ) -> Hit? {
    var score = best.score
    var adjustments: [NameComparison.Adjustment] = []
    if best.isWeak {
      adjustments.append(.init(reason: "the publisher calls the alias weak", effect: Evidence.weakAlias))
    }
    let evidence = Evidence.adjustments(subject, entry)
    for adjustment in evidence { score += adjustment.effect ?? 0 }
    adjustments += evidence
    if let shared {
      score = 1
      let issuer = shared.theirs.country.map { " of \($0.code)" } ?? ""
      adjustments.append(
        .init(reason: "same \(shared.theirs.kind)\(issuer): \(shared.theirs.value), which decides: 1.00"))
    }
    score = (min(max(score, 0), 1) * 10_000).rounded() / 10_000
    guard score >= threshold else { return nil }
    let theirName = entry.names[best.theirs].text
    let comparison = aligner.comparison(names[best.ours], theirName, theirTokens)
    return Hit(
      listID: list, entryID: entry.id, entryName: theirName, ourName: names[best.ours].text, score: score,
      explanation: HitExplanation(names: comparison, adjustments: adjustments, score: score))
  }
}
