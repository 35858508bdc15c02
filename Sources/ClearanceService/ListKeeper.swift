import Compliance
import Logging
import Metrics
import Screening
import ServiceLifecycle
import Store
import Synchronization

/// Keeps the screener's lists and findings those of the database: reads them at the start, and again whenever
/// PostgreSQL tells of a change, and now and then in case a message was lost.
///
/// A version that cannot be read changes nothing: the lists in use stay, and ``trouble`` says what is wrong.
public final class ListKeeper: Service {
  private let lists: ListStore
  private let exemptions: ExemptionStore
  private let screener: Screener
  private let changes: @Sendable () -> AsyncStream<Void>
  private let logger: Logger
  private let state = Mutex<String?>(nil)
  private let entries = Metrics.Gauge(label: "clearance_list_entries")

  /// A keeper of a screener's lists.
  ///
  /// - Parameter changes: a stream with an element whenever lists or exemptions may have changed.
  public init(
    lists: ListStore, exemptions: ExemptionStore, screener: Screener,
    changes: @escaping @Sendable () -> AsyncStream<Void>,
    logger: Logger
  ) {
    self.lists = lists
    self.exemptions = exemptions
    self.screener = screener
    self.changes = changes
    self.logger = logger
  }

  /// Why the lists in use may not be those of the database; `nil` when they are.
  public var trouble: String? { state.withLock { $0 } }

  /// Reads lists and findings, and puts them into use. Lists that have not changed are not read again.
  public func reload() async throws {
    let findings = try await exemptions.exemptions().map { Screener.Finding($0) }
    let versions = try await lists.activeVersions()
    let current = Dictionary(screener.lists.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let isUnchanged =
      versions.count == current.count
      && versions.allSatisfy {
        current[$0.list]?.version == $0.hash && current[$0.list]?.publishedOn == $0.publishedOn
      }
    if isUnchanged {
      screener.use(findings: findings)
      return
    }
    var new: [Screener.List] = []
    for version in versions {
      let kept = current[version.list].flatMap { $0.version == version.hash ? $0.entries : nil }
      let entries: [ListEntry]
      if let kept {
        entries = kept
      } else {
        entries = try await ListKeeper.entries(of: version, in: lists)
      }
      new.append(
        Screener.List(id: version.list, version: version.hash, publishedOn: version.publishedOn, entries: entries))
    }
    screener.use(new, findings: findings)
    self.entries.record(new.reduce(0) { $0 + $1.entries.count })
    logger.info(
      "lists in use",
      metadata: Dictionary(uniqueKeysWithValues: new.map { ($0.id, "\($0.version.prefix(12)) \($0.entries.count)") }))
  }

  /// The entries of a stored version.
  public static func entries(of version: ListStore.Version, in lists: ListStore) async throws -> [ListEntry] {
    let texts = try await lists.entries(of: version.id)
    let entries = texts.compactMap { text in
      (try? JSON.parse(text: text, maximumDepth: 32)).flatMap { ListEntry(json: $0) }
    }
    guard entries.count == version.entryCount else {
      throw UnreadableList(list: version.list, hash: version.hash)
    }
    return entries
  }

  /// A stored version of which entries are missing or cannot be read.
  public struct UnreadableList: Error, CustomStringConvertible {
    let list: String
    let hash: String

    /// What is wrong and what to do.
    public var description: String {
      "the version \(hash.prefix(12)) of \(list) cannot be read from the database: import the list again"
    }
  }

  /// Follows changes until a graceful shutdown.
  public func run() async throws {
    // One reload after the other: of two at once, the one that read first could put its lists into use last.
    let (reloads, source) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in self.changes() { source.yield() }
        }
        group.addTask {
          while (try? await Task.sleep(for: .seconds(60))) != nil { source.yield() }
        }
        for await _ in reloads { await self.tryReload() }
      }
    }
  }

  private func tryReload() async {
    do {
      try await reload()
      state.withLock { $0 = nil }
    } catch {
      // An outage of the database is told of elsewhere.
      if !Database.isOutage(error) { state.withLock { $0 = "\(error)" } }
      logger.warning("lists could not be read again", metadata: ["error": "\(error)"])
    }
  }
}
