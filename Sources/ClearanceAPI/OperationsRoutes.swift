import ClearanceService
import Compliance
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import Policy
import Store

/// `/healthz`, `/readyz`, `/metrics`, `/openapi.json`, `/v1/rules…` and `/v1/lists`: what operators and auditors look at.
struct OperationsRoutes: Sendable {
  let service: DecisionService
  let rulesets: RulesetKeeper
  let lists: ListKeeper
  let database: Database
  let metrics: OpenMetrics

  /// How much of what is wrong with rules is shown, in characters.
  private static let maximumDetail = 4_000

  func add(to router: Router<APIContext>) {
    router.get("healthz") { _, _ in Response.json(.members(["status": .string("ok")])) }
    router.get("readyz", use: ready)
    router.get("metrics", use: exposition)
    router.get("openapi.json") { _, _ in Response.bytes(PackageResources.openapi_json, type: "application/json") }
  }

  func addVersions(to router: RouterGroup<APIContext>) {
    router.get("rules", use: rules)
    router.get("rules/:hash", use: ruleset)
    router.get("lists", use: listVersions)
  }

  /// Ready when decisions can be recorded: the database answers. Says what is wrong otherwise.
  @Sendable private func ready(_ request: Request, _ context: APIContext) async throws -> Response {
    var checks: [JSON] = []
    var isReady = true
    do {
      try await database.ping()
      checks.append(.members(["check": .string("database"), "status": .string("ok")]))
    } catch {
      isReady = false
      checks.append(
        .members([
          "check": .string("database"), "status": .string("failing"),
          "detail": .string("PostgreSQL does not answer: \(Database.summary(of: error))"),
        ]))
    }
    // Rules that were refused do not make it less ready: the last good ones judge.
    let ruleset = service.ruleset.current
    let trouble = rulesets.trouble
    checks.append(
      .members([
        "check": .string("rules"), "status": .string(trouble == nil ? "ok" : "failing"),
        "detail": trouble.map { .string(String($0.prefix(OperationsRoutes.maximumDetail))) },
        "ruleset": .string(ruleset.hash),
        "warnings": ruleset.warnings.isEmpty ? nil : .strings(ruleset.warnings.map(\.message)),
      ]))
    let (listCheck, areListsReady) = listCheck(ruleset)
    checks.append(listCheck)
    isReady = isReady && areListsReady
    checks.append(await logCheck())
    return .json(
      .members(["status": .string(isReady ? "ready" : "not ready"), "checks": .array(checks)]),
      status: isReady ? .ok : .serviceUnavailable)
  }

  /// The lists in use: not ready only when the database has others that cannot be read. A list that is missing or old
  /// sends what hangs on it to review, which is an answer.
  private func listCheck(_ ruleset: Ruleset) -> (JSON, isReady: Bool) {
    let trouble = lists.trouble
    let today = Instant.now.date
    var warnings: [String] = []
    let inUse = Dictionary(service.screener.lists.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for declaration in ruleset.lists.lists {
      guard let list = inUse[declaration.id] else {
        warnings.append("\(declaration.id) was never imported\(declaration.isRequired ? ", and is required" : "")")
        continue
      }
      if let published = list.publishedOn, let limit = declaration.maximumAgeDays,
        today.daysSinceEpoch - published.daysSinceEpoch > limit
      {
        warnings.append("\(declaration.id) is of \(published), and too old after \(limit) days")
      }
    }
    return (
      .members([
        "check": .string("lists"), "status": .string(trouble == nil ? "ok" : "failing"),
        "detail": trouble.map { .string($0) }, "warnings": warnings.isEmpty ? nil : .strings(warnings),
      ]), trouble == nil
    )
  }

  /// The log: entries that wait for long mean that no replica gives them their places. Decisions are recorded all the
  /// same, and lose nothing by it, so that it is told and does not make the service less ready.
  private func logCheck() async -> JSON {
    let standing: LedgerStore.Standing?
    var trouble: String?
    do {
      standing = try await database.ledger.standing()
      if let standing, standing.waitSeconds > OperationsRoutes.logPatienceSeconds {
        trouble =
          "entries have waited for \(Int(standing.waitSeconds)) s for their places: see the service's own log"
      }
      if standing == nil { trouble = "no log was begun in this database" }
    } catch {
      standing = nil
      trouble = "it cannot be read: \(Database.summary(of: error))"
    }
    return .members([
      "check": .string("log"), "status": .string(trouble == nil ? "ok" : "failing"),
      "detail": trouble.map { .string($0) }, "size": standing.map { .int(Int(clamping: $0.size)) },
      "checkpoint_at": standing.map { .string($0.signedAt.description) },
    ])
  }

  private static let logPatienceSeconds = 10.0

  @Sendable private func listVersions(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, allowed: [])
    let lists = service.screener.lists.map { list -> JSON in
      .members([
        "list": .string(list.id), "version": .string(list.version),
        "published_on": list.publishedOn.map { .string($0.description) }, "entries": .int(list.entries.count),
      ])
    }
    return .json(.members(["lists": .array(lists)]))
  }

  @Sendable private func exposition(_ request: Request, _ context: APIContext) async throws -> Response {
    let pool = database.poolStatistics
    Gauge(label: "clearance_pool_connections_open").record(pool.open)
    Gauge(label: "clearance_pool_connections_idle").record(pool.idle)
    Gauge(label: "clearance_pool_waiters").record(pool.waiting)
    // All replicas tell of the log, also those that do not work at it.
    if let log = try? await database.ledger.standing() {
      Gauge(label: "clearance_log_size").record(log.size)
      Gauge(label: "clearance_log_pending_batches").record(log.pendingBatches)
      Gauge(label: "clearance_log_wait_seconds").record(log.waitSeconds)
    }
    return .bytes(Array(metrics.rendered().utf8), type: OpenMetrics.contentType)
  }

  @Sendable private func rules(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, allowed: [])
    return .json(service.ruleset.current.json)
  }

  /// Any ruleset that ever was in force.
  @Sendable private func ruleset(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, allowed: [])
    let hash = context.parameters.get("hash") ?? ""
    let current = service.ruleset.current
    if hash == current.hash { return .json(current.json) }
    let isHash =
      hash.utf8.count == 64 && hash.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isHash, let contents = try await RulesetActivator(database.rulesets).contents(hash) else {
      throw Problem(
        .notFound, "no ruleset with this hash was ever in force",
        remedy: "Take the 64 digits of `ruleset` from a decision or from /v1/rules.")
    }
    return .json(contents.json)
  }
}
