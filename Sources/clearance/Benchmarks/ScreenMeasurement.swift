import Foundation
import Screening

/// What was measured of one workload.
struct ScreenMeasurement {
  /// The times of one query in all rounds, by the clock and of the processor.
  struct Times {
    var elapsed: [Double] = []
    var processor: [Double] = []
  }

  /// Queries of one kind, or all.
  struct Group {
    let name: String
    let queries: Int
    /// Over all queries and rounds.
    let median: Stopwatch.Time
    let p99: Stopwatch.Time
    /// The part of the queries that found the entry whose name it was; of honest names, that found anyone.
    let found: Double
  }

  let entries: Int
  /// Names as published; the index may read one in two ways.
  let names: Int
  let build: Stopwatch.Time
  /// What the tables of the index take, by its own account.
  let indexBytes: Int
  /// How much the resident set grew by the index, and how much more it was while the index was built.
  let residentBytes: Int
  let peakBytes: Int
  /// What is resident in all at the end: the program, the entries and the index.
  let processBytes: Int
  let groups: [Group]
  let all: Group
  /// How many queries were also answered by comparing with every entry, and whether all had the same hits.
  let verified: Int
  let isVerified: Bool
  /// The times of each query, in their order.
  let times: [Times]

  /// Builds the index and asks it, on this thread.
  init(_ workload: ScreenWorkload, rounds: Int, verify: Int) {
    ResidentSet.settle()
    let before = ResidentSet.bytes
    ResidentSet.forgetPeak()
    let building = Stopwatch()
    let index = ScreeningIndex(lists: workload.lists)
    build = building.time
    peakBytes = max(0, ResidentSet.peakBytes - before)
    ResidentSet.settle()
    residentBytes = ResidentSet.bytes - before
    indexBytes = index.bytes
    entries = index.entryCount
    names = ScreenWorkload.nameCount(workload.lists)

    let threshold = Scoring.defaultThreshold
    // The first round makes the room for searches, and is not measured.
    let found = workload.queries.map { query in
      let hits = index.hits(for: query.subject, atLeast: threshold)
      guard let owner = query.owner else { return !hits.isEmpty }
      return hits.contains { $0.listID == owner.list && $0.entryID == owner.entry }
    }
    var times = [Times](repeating: Times(), count: workload.queries.count)
    for _ in 0..<rounds {
      for (number, query) in workload.queries.enumerated() {
        let watch = Stopwatch()
        let hits = index.hits(for: query.subject, atLeast: threshold)
        let time = watch.time
        withExtendedLifetime(hits) {}
        times[number].elapsed.append(time.elapsedMicroseconds)
        times[number].processor.append(time.processorMicroseconds)
      }
    }
    self.times = times
    processBytes = ResidentSet.bytes
    func group(_ name: String, _ isIn: (ScreenWorkload.Query) -> Bool) -> Group {
      let members = workload.queries.indices.filter { isIn(workload.queries[$0]) }
      let elapsed = members.flatMap { times[$0].elapsed }.sorted()
      let processor = members.flatMap { times[$0].processor }.sorted()
      func time(_ share: Double) -> Stopwatch.Time {
        .init(
          elapsedMicroseconds: elapsed.percentile(share), processorMicroseconds: processor.percentile(share))
      }
      return Group(
        name: name, queries: members.count, median: time(0.5), p99: time(0.99),
        found: members.isEmpty ? 0 : Double(members.count { found[$0] }) / Double(members.count))
    }
    groups = ScreenWorkload.Kind.allCases.map { kind in group(kind.rawValue) { $0.kind == kind } }
    all = group("all") { _ in true }
    let sample = workload.queries.prefix(verify)
    verified = sample.count
    isVerified = sample.allSatisfy { query in
      index.hits(for: query.subject, atLeast: threshold) == index.exhaustiveHits(for: query.subject, atLeast: threshold)
    }
  }
}

extension [Double] {
  /// The least value that a share of the values do not exceed; they are in ascending order. 0 when there is none.
  func percentile(_ share: Double) -> Double {
    isEmpty ? 0 : self[Swift.min(count - 1, Swift.max(0, Int((Double(count) * share).rounded(.up)) - 1))]
  }
}

/// The memory of this process that is in use, as Linux counts it.
enum ResidentSet {
  /// What is resident now.
  static var bytes: Int { status("VmRSS:") }

  /// The most that was resident since ``forgetPeak()``.
  static var peakBytes: Int { status("VmHWM:") }

  /// Begins to watch for a peak.
  static func forgetPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  /// Has the C library give back what was freed: what is measured next would use it, and seem to take nothing.
  static func settle() {
    // Only glibc has the function; what other libraries free is given back at once or later.
    guard let function = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(function, to: (@convention(c) (Int) -> CInt).self)(0)
  }

  private static func status(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
}
