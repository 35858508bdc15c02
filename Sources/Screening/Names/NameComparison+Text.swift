extension NameComparison: CustomStringConvertible {
  /// The comparison as a case file has it: the names and the score, a line for each pair of words, what is left of
  /// either name, what was taken off.
  public var description: String {
    (["\(Rounding.text(score))  \"\(ours)\" against \"\(theirs)\" (\(schema))"] + lines.map { "      " + $0 })
      .joined(separator: "\n")
  }

  /// The lines of ``description`` below the first.
  var lines: [String] {
    var lines = pairs.map { pair in
      let ours = pair.ours.joined(separator: "+")
      let theirs = pair.theirs.joined(separator: "+")
      let sides = ours == theirs ? ours : "\(ours) ~ \(theirs)"
      let value = pair.likeness == .equal ? "" : " \(Rounding.text(pair.value))"
      return "\(sides): \(pair.likeness.label)\(value), weight \(Rounding.text(pair.weight))"
    }
    if !onlyOurs.isEmpty { lines.append("only ours: \(onlyOurs.joined(separator: " "))") }
    if !onlyTheirs.isEmpty { lines.append("only theirs: \(onlyTheirs.joined(separator: " "))") }
    return lines + adjustments.map(\.description)
  }
}

extension NameComparison.Adjustment: CustomStringConvertible {
  /// The effect, where there is one, and the reason: `-0.20 birth date contradicts: …`.
  public var description: String {
    guard let effect else { return reason }
    return "\(effect > 0 ? "+" : "")\(Rounding.text(effect)) \(reason)"
  }
}

extension HitExplanation: CustomStringConvertible {
  /// The comparison of the names, then what else is known of both, then the score.
  public var description: String {
    guard !adjustments.isEmpty else { return names.description }
    return
      ([names.description] + adjustments.map { "      " + $0.description } + ["      score \(Rounding.text(score))"])
      .joined(separator: "\n")
  }
}

extension Hit: CustomStringConvertible {
  /// `0.93 us-ofac-sdn 35096`, and the explanation below.
  public var description: String { "\(Rounding.text(score)) \(listID) \(entryID)\n\(explanation)" }
}
