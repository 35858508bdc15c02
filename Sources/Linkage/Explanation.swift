/// Why an account is in its cluster, in words.
public struct Explanation: Sendable, Hashable {
  /// A line each, the most telling first.
  public var lines: [String] = []

  /// Explains a cluster to which an account belongs.
  /// - Parameters:
  ///   - account: its number.
  ///   - signedUp: when it was made, in seconds since 1970.
  ///   - traces: what it carries.
  ///   - cluster: the cluster that it is in.
  ///   - schedule: its rhythm, if it is in the cluster by that.
  public init(
    of account: AccountNumber, signedUp: Int64, traces: [Trace], cluster: CellNumber, schedule: Rhythm?,
    in memory: some LinkageMemory
  ) {
    let size = memory.size(ofCluster: cluster)
    if size < 2 { return }
    var shared: [(text: String, isOne: Bool, bits: Float)] = []
    var nearest: Int64?
    var record = TraceRecord()
    for trace in traces {
      memory.read(trace.key, into: &record)
      let others = record.carriers.filter {
        $0.account != account && $0.cell != 0 && memory.cluster(of: $0.cell) == cluster
      }
      if others.isEmpty { continue }
      let outside = Float(record.count) * (1 - Float(others.count + 1) / Float(max(record.carriers.count, 1)))
      let bits = LinkWeights.together(trace.key.kind, outside: max(0, outside))
      if bits == 0 { continue }
      let isMore = record.count > record.carriers.count
      let count = "\(others.count)\(isMore ? " or more" : "")"
      shared.append(("\(trace.key.kind.name) \(trace.shown) with \(count)", others.count == 1 && !isMore, bits))
      for other in others {
        let gap = signedUp - other.signedUp
        if abs(gap) < abs(nearest ?? .max) { nearest = gap }
      }
    }
    shared.sort { $0.bits > $1.bits }
    let list = shared.enumerated().map { index, trace in
      index > 0 ? trace.text : trace.text + (trace.isOne ? " other" : " others")
    }
    lines.append("\(size) accounts" + (list.isEmpty ? "" : "; this one by " + Explanation.joined(list)))
    if let nearest {
      let side = nearest < 0 ? "before" : "after"
      lines.append("made \(Explanation.duration(abs(nearest))) \(side) the nearest of those")
    }
    if let schedule, schedule.activeDays > 0 {
      lines.append("keeps a schedule that others of them keep: \(schedule)")
    }
  }

  /// `a`, `a and b`, `a, b and c`.
  private static func joined(_ items: [String]) -> String {
    items.count < 2 ? items.joined() : items.dropLast().joined(separator: ", ") + " and " + items[items.count - 1]
  }

  private static func duration(_ seconds: Int64) -> String {
    for (unit, name) in [(86_400, "day"), (3600, "hour"), (60, "minute")] as [(Int64, String)] where seconds >= unit {
      return "\(seconds / unit) \(name)\(seconds / unit == 1 ? "" : "s")"
    }
    return "less than a minute"
  }
}

extension Rhythm: CustomStringConvertible {
  /// `on 9 of 12 days, around 14:00 UTC, about 33 exchanges a day`
  public var description: String {
    let clock = Int(hour.rounded()) % 24
    return "on \(activeDays) of \(spanDays) days, around \(clock < 10 ? "0" : "")\(clock):00 UTC, "
      + "about \(Int(exchangesPerDay.rounded())) exchanges a day"
  }
}
