import ClearanceService
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Store

/// The HTTP server with all its routes.
public enum APIServer {
  /// Where it listens.
  public struct Configuration: Sendable {
    /// A host name or address.
    public var host: String
    /// A port; 0 for one that the system chooses.
    public var port: Int

    /// A configuration.
    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }
  }

  /// What the server calls itself in its answers.
  static let name = "clearance"

  /// The server as a service: it listens until a graceful shutdown, and then finishes the requests that it has.
  ///
  /// - Parameters:
  ///   - configuration: where to listen.
  ///   - service: judges and records.
  ///   - keys: who may call.
  ///   - rulesets: keeps the ruleset in force.
  ///   - lists: keeps the lists in use.
  ///   - database: what is read back.
  ///   - metrics: what `/metrics` shows.
  ///   - logger: for failures and life cycle.
  ///   - onListening: told the port once it is listened on.
  public static func application(
    _ configuration: Configuration, service: DecisionService, keys: KeyRing, rulesets: RulesetKeeper,
    lists: ListKeeper, database: Database, metrics: OpenMetrics, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void
  ) -> some ApplicationProtocol {
    let requests = RequestMetrics()
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ProblemMiddleware(requests: requests, logger: logger))
    let operations = OperationsRoutes(
      service: service, rulesets: rulesets, lists: lists, database: database, metrics: metrics)
    operations.add(to: router)
    let authentication = AuthenticationMiddleware(keys: keys)
    let v1 = router.group("v1").add(middleware: authentication)
    let log = LogRoutes(reader: LogReader(database.ledger))
    log.add(to: router)
    let decisions = DecisionRoutes(service: service, store: database.decisions, log: log)
    decisions.add(to: v1)
    ReplayRoutes(replay: HistoryReplay(database)).add(to: v1)
    HistoryRoutes(store: database.decisions).add(to: v1)
    ReviewRoutes(service: ReviewService(database)).add(to: v1)
    AccountRoutes(service: AccountService(database)).add(to: v1)
    UsageRoutes(service: UsageService(database.usage)).add(to: v1)
    operations.addVersions(to: v1)
    for path: RouterPath in [
      "healthz", "readyz", "metrics", "openapi.json", "log/checkpoint", "log/cosigned", "log/tile/**",
    ] {
      router.refuseOthers(path, takes: [.get])
    }
    v1.refuseOthers("rules", takes: [.get])
    v1.refuseOthers("rules/:hash", takes: [.get])
    v1.refuseOthers("lists", takes: [.get])
    v1.refuseOthers("decisions", takes: [.get, .post])
    v1.refuseOthers("decisions/:id", takes: [.get])
    v1.refuseOthers("decisions/:id/replay", takes: [.post])
    v1.refuseOthers("decisions/:id/proof", takes: [.get])
    v1.refuseOthers("decisions/:id/resolution", takes: [.get, .post])
    v1.refuseOthers("usage", takes: [.post])
    v1.refuseOthers("accounts/:id", takes: [.get])
    return Application(
      router: router,
      server: HTTPServerBuilder { responder in
        DecisionLaneChannel(
          base: HTTP1Channel(
            responder: responder,
            configuration: .init(additionalChannelHandlers: [MalformedHTTPHandler(), HalfRequestHandler()])),
          decisions: decisions, authentication: authentication, requests: requests)
      },
      configuration: .init(address: .hostname(configuration.host, port: configuration.port), serverName: name),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
  }
}
