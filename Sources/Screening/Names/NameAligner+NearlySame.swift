extension NameAligner {
  /// Whether two names are the same but for one letter or one word, which the weights of short and common words make
  /// look like more.
  ///
  /// Neither lets a name pass that ``NameIndex`` would not find: in the first case all words of both names are alike, in
  /// the second all of ours, and as many of theirs.
  func nearlySame(_ a: [NameToken], _ b: [NameToken], schema: NameSchema) -> Floor {
    guard usedA == NameAligner.mask(0, a.count) else { return .none }
    if usedB == NameAligner.mask(0, b.count) { return isSlip(a, b, schema: schema) ? .slip : .none }
    return schema != .person && lacksOneWord(a, b) ? .wordLeftOut : .none
  }

  // One letter more, less or another, or two swapped, in one word; all others are equal. How much that is depends on
  // the name as a whole: "VTB" is not "VTV", but "VTB Capital" is hardly another than "VTV Capital".
  private func isSlip(_ a: [NameToken], _ b: [NameToken], schema: NameSchema) -> Bool {
    // Whoever writes the words in another order and a letter wrong besides is hardly the same.
    if schema == .person, reordered { return false }
    var slips = 0
    var (ours, theirs) = (0, 0)
    for pair in pairs {
      guard pair.aCount == 1, pair.bCount == 1 else { return false }
      let (left, right) = (a[Int(pair.a)], b[Int(pair.b)])
      if left.role.isCore {
        ours += Int(left.text.count)
        theirs += Int(right.text.count)
      }
      if pair.value >= Scoring.asGoodAsEqual(schema) { continue }
      slips += 1
      guard slips == 1, pair.kind == .typo, editDistance(left.text, right.text) == 1 else { return false }
      // "Wang Mei" is somebody else than "Wang Wei".
      if schema == .person, left.isSyllable, right.isSyllable { return false }
    }
    return slips == 1 && max(ours, theirs) >= Scoring.slipLength(schema, words: pairs.count)
  }

  // All that our name says stands in theirs, which has one word more: "Trading Ltd" beside "Rahat Trading Ltd". A word
  // alone is no name that has lost another.
  private func lacksOneWord(_ a: [NameToken], _ b: [NameToken]) -> Bool {
    guard a.count > 1, pairs.allSatisfy({ $0.kind == .equal }) else { return false }
    var missing = 0
    for index in b.indices where usedB & (1 << UInt32(index)) == 0 {
      switch b[index].role {
      case .word, .generic, .place: missing += 1
      case .filler: continue
      default: return false
      }
    }
    return missing == 1 && a.contains { $0.role.isCore }
  }
}
