import Compliance
import Crypto
import Foundation
import Policy
import Screening
import Store
import Synchronization

/// Screens submissions against the lists in use. The lists are held in memory, ready to be asked; a new version of one
/// replaces all at once, between two submissions.
public final class Screener: Sendable {
  /// A list in use.
  public struct List: Sendable {
    /// The list's id.
    public let id: String
    /// The SHA-256 of its entries.
    public let version: String
    /// The day of its publication; `nil` for a list without an age.
    public let publishedOn: CalendarDate?
    /// Its entries, in order of their ids.
    public let entries: [ListEntry]

    /// A list to use.
    public init(id: String, version: String, publishedOn: CalendarDate?, entries: [ListEntry]) {
      self.id = id
      self.version = version
      self.publishedOn = publishedOn
      self.entries = entries
    }

    /// A list from what was read of its files, without an age.
    public init(_ version: ListVersion) {
      self.init(id: version.listID, version: version.hash, publishedOn: nil, entries: version.entries)
    }

    /// The entry with an id.
    public func entry(_ id: String) -> ListEntry? {
      var low = 0
      var high = entries.count
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].id.utf8.lexicographicallyPrecedes(id.utf8) { low = middle + 1 } else { high = middle }
      }
      return low < entries.count && entries[low].id == id ? entries[low] : nil
    }
  }

  /// A finding that somebody is not an entry; see the store's `Exemption`.
  public struct Finding: Sendable {
    let id: String
    let account: String
    let party: String?
    let list: String
    let entry: String
    let entryHash: String
    let until: CalendarDate?

    init(_ exemption: Exemption) {
      id = exemption.id.text
      account = exemption.account
      party = exemption.party
      list = exemption.list
      entry = exemption.entry
      entryHash = exemption.entryHash
      until = exemption.until
    }
  }

  private struct Snapshot {
    let lists: [List]
    let index: ScreeningIndex
    let findings: [String: [Finding]]
  }

  private let snapshot: Mutex<Snapshot>

  /// A screener over lists.
  public init(_ lists: [List] = [], findings: [Finding] = []) {
    snapshot = Mutex(Screener.snapshot(lists, findings))
  }

  private static func snapshot(_ lists: [List], _ findings: [Finding]) -> Snapshot {
    let lists = lists.sorted { $0.id < $1.id }
    return Snapshot(
      lists: lists, index: ScreeningIndex(lists: lists.map { ($0.id, $0.entries) }),
      findings: Dictionary(grouping: findings, by: \.account))
  }

  /// The lists in use.
  public var lists: [List] { snapshot.withLock { $0.lists } }

  /// Uses other lists, from the next submission on. Takes as long as indexing takes.
  public func use(_ lists: [List], findings: [Finding]) {
    let new = Screener.snapshot(lists, findings)
    snapshot.withLock { $0 = new }
  }

  /// Uses other findings about the same lists.
  public func use(findings: [Finding]) {
    snapshot.withLock {
      $0 = Snapshot(lists: $0.lists, index: $0.index, findings: Dictionary(grouping: findings, by: \.account))
    }
  }

  /// Screens the applicant, its aliases and all its parties.
  ///
  /// - Parameters:
  ///   - day: the day that is judged; entries that are not in force on it are no hits.
  ///   - today: the day by which the lists have their age, and findings of officers their end.
  public func screen(_ submission: Submission, on day: CalendarDate, today: CalendarDate) -> Screened {
    let snapshot = snapshot.withLock { $0 }
    var screened = Screened()
    if snapshot.lists.isEmpty { return screened }
    screened.lists = snapshot.lists.map { list in
      Screened.List(
        id: list.id, version: list.version, publishedOn: list.publishedOn,
        ageDays: list.publishedOn.map { Int(today.daysSinceEpoch - $0.daysSinceEpoch) })
    }
    let findings = snapshot.findings[submission.id] ?? []
    func hits(_ subject: Subject, party: String?) -> [Screened.Hit] {
      var kept: [Screened.Hit] = []
      for hit in snapshot.index.hits(for: subject, atLeast: ScreeningIndex.lowestThreshold) {
        guard kept.count < Screened.hitsOfOne else { break }
        let entry = snapshot.lists.first { $0.id == hit.listID }?.entry(hit.entryID)
        guard let entry, entry.isInForce(on: day) else { continue }
        let found = Screened.Hit(hit, of: entry)
        if let finding = findings.first(where: { $0.silences(hit, entry, of: party, on: today) }) {
          screened.exempted.append(Screened.Exempted(party: party, hit: found, exemption: finding.id))
        } else {
          kept.append(found)
        }
      }
      return kept
    }
    screened.account = hits(Subject(submission), party: nil)
    for party in submission.parties ?? [] {
      let found = hits(Subject(party), party: party.id)
      if !found.isEmpty { screened.parties[party.id] = found }
    }
    return screened
  }

  /// Screens against the few names that a test of rules puts on lists.
  public static func screen(_ submission: Submission, names: [String: [RuleTests.ListedName]]) -> Screened {
    let lists = names.map { id, names in
      List(
        id: id, version: "", publishedOn: nil,
        entries: names.enumerated().map { index, name in
          var entry = ListEntry(id: String(format: "%06d", index), kind: .unknown, names: [ListEntry.Name(name.text)])
          entry.programs = name.programs
          return entry
        })
    }
    let today = Instant.now.date
    return Screener(lists).screen(submission, on: today, today: today)
  }
}

extension Screener.Finding {
  fileprivate func silences(_ hit: Hit, _ entry: ListEntry, of party: String?, on day: CalendarDate) -> Bool {
    self.party == party && list == hit.listID && self.entry == hit.entryID && until.map { day < $0 } != false
      && entry.contentHash == entryHash
  }
}

extension ListEntry {
  /// The SHA-256 of all that the entry says, in hexadecimal.
  public var contentHash: String {
    SHA256.hash(data: normalized.json.canonicalBytes).hexadecimal
  }
}

extension Screened.Hit {
  init(_ hit: Hit, of entry: ListEntry) {
    self.init(
      list: hit.listID, entry: hit.entryID, listedName: hit.entryName, name: hit.ourName,
      score: (hit.score * 1000).rounded() / 1000, explanation: "\(hit.explanation)",
      programs: entry.programs)
  }
}
