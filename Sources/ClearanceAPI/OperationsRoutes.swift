import ClearanceService
import Compliance
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import Policy
import Store

/// `/healthz`, `/readyz`, `/metrics`, `/openapi.json` and `/v1/rules`: what operators and auditors look at.
struct OperationsRoutes: Sendable {
  let service: DecisionService
  let database: Database
  let metrics: OpenMetrics

  func add(to router: Router<APIContext>) {
    router.get("healthz") { _, _ in Response.json(.members(["status": .string("ok")])) }
    router.get("readyz", use: ready)
    router.get("metrics", use: exposition)
    router.get("openapi.json") { _, _ in Response.bytes(PackageResources.openapi_json, type: "application/json") }
  }

  func addRules(to router: RouterGroup<APIContext>) { router.get("rules", use: rules) }

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
    let ruleset = service.ruleset.current
    checks.append(
      .members([
        "check": .string("rules"), "status": .string("ok"), "ruleset": .string(ruleset.hash),
        "warnings": ruleset.warnings.isEmpty ? nil : .strings(ruleset.warnings.map(\.message)),
      ]))
    return .json(
      .members(["status": .string(isReady ? "ready" : "not ready"), "checks": .array(checks)]),
      status: isReady ? .ok : .serviceUnavailable)
  }

  @Sendable private func exposition(_ request: Request, _ context: APIContext) async throws -> Response {
    let pool = database.poolStatistics
    Gauge(label: "clearance_pool_connections_open").record(pool.open)
    Gauge(label: "clearance_pool_connections_idle").record(pool.idle)
    Gauge(label: "clearance_pool_waiters").record(pool.waiting)
    return .bytes(Array(metrics.rendered().utf8), type: OpenMetrics.contentType)
  }

  @Sendable private func rules(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, allowed: [])
    return .json(service.ruleset.current.json)
  }
}
