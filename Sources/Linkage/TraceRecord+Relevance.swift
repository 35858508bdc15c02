extension TraceRecord {
  /// The carriers that can make a difference to accounts that sign up with this trace, which have to be known whole for
  /// that. Of all others, and for this, it does for ``carriers`` to have ``Carrier/signedUp``.
  ///
  /// Nobody can, mostly. Those who came too long before are counted, not looked at. And of a trace that many carry, the
  /// few who came just before are no more than its share of everybody, so that it says nothing of any of them
  /// (``LinkWeights/together(_:outside:)``), however they are linked.
  ///
  /// - Parameters:
  ///   - kind: what the trace is.
  ///   - signups: when those accounts sign up, in seconds since 1970. Each may have been linked before any other.
  public func relevantCarriers(_ kind: TraceKind, to signups: [Int64]) -> [Carrier] {
    guard signups.contains(where: { saysSomething(kind, of: $0, besides: signups.count - 1) }) else { return [] }
    return carriers.filter { carrier in
      signups.contains { abs($0 - carrier.signedUp) <= LinkWeights.horizonSeconds }
    }
  }

  /// Whether any cluster can have so many of the carriers that sharing the trace with it says something.
  /// - Parameter others: how many more may come to carry the trace before this one does.
  private func saysSomething(_ kind: TraceKind, of signedUp: Int64, besides others: Int) -> Bool {
    let horizon = LinkWeights.horizonSeconds
    if carriers.isEmpty { return false }
    if signedUp - firstSeen <= horizon { return true }
    let gaps = carriers.map { abs(signedUp - $0.signedUp) }
    var inHorizon = Float(gaps.count { $0 <= horizon })
    // With the others the oldest may be carriers no more.
    guard let oldest = gaps.prefix(max(0, Linkage.carriers - others)).max() else { return true }
    if oldest <= horizon {
      inHorizon = max(
        inHorizon, Float(Linkage.carriers) * Float(horizon) / Float(max(oldest, Linker.shortestGapSeconds)))
    }
    // One less, so that no rounding matters.
    return LinkWeights.together(kind, outside: max(0, Float(count) - inHorizon - 1)) > 0
  }
}
