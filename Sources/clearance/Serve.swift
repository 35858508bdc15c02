import ArgumentParser
import ClearanceAPI
import ClearanceService
import Configuration
import Foundation
import Logging
import Metrics
import Policy
import ServiceLifecycle
import Store
import UnixSignals

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the service.",
    discussion: """
      Answers on the HTTP API until SIGTERM or SIGINT; then it finishes the requests that it has, records what was \
      accepted, and stops the private PostgreSQL if it runs one. While no API key exists it listens on loopback \
      only, and there every caller may do everything.

      Rules that were never in force take effect when the service starts with them; on SIGHUP it reads its rules \
      folder again, as `clearance rules activate` does. Rules in force are in the database: all replicas judge by \
      what was activated last, also one that is started with a folder of rules that were replaced.

      All statements work as the role clearance_service, which may add to what is recorded and read it, and change \
      nothing of it. The database user needs no more than to be a member of it; --owner-database-url, or `clearance \
      migrate` before, then names the owner.
      """)

  @Option(help: "Address to listen on. Environment: CLEARANCE_HOST. Default: 127.0.0.1.")
  var host: String?

  @Option(help: "Port to listen on; 0 lets the system choose. Environment: CLEARANCE_PORT. Default: 8080.")
  var port: Int?

  @OptionGroup var database: DatabaseOptions

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Flag(help: "Activate the rules folder whenever its files change.")
  var watch = false

  @Option(
    help: """
      Connections to the database at most, a fifth of them for batches of usage and as many for what is linked to an \
      account; at least 5. Environment: CLEARANCE_CONNECTIONS. Default: 10.
      """)
  var connections: Int?

  @Option(
    help: """
      File of the key that signs the log; made on the first start on a database, to be kept for good and given to all \
      replicas. Environment: CLEARANCE_LOG_KEY. Default: a file named after the log in the data folder.
      """)
  var logKey: String?

  @Option(
    help: """
      Name of the log, by convention a URL without its scheme; given once, on the first start on a database. \
      Environment: CLEARANCE_LOG_ORIGIN. Default: a name made at random.
      """)
  var logOrigin: String?

  /// Decisions without leaves, on a database that was told to take them: for `bench http` alone.
  @Flag(help: .hidden)
  var withoutLog = false

  /// Decisions without what accounts used and who is linked to them: for `bench http` alone.
  @Flag(help: .hidden)
  var withoutLinkage = false

  @Flag(help: "Do not apply migrations; refuse to start if any is missing.")
  var noMigrate = false

  @Option(
    help: "Log level: trace, debug, info, notice, warning, error. Environment: CLEARANCE_LOG_LEVEL. Default: info.")
  var logLevel: String?

  func run() async throws {
    try await report { try await serve() }
  }

  private func serve() async throws {
    let logger = try makeLogger()
    let metrics = OpenMetrics()
    MetricsSystem.bootstrap(metrics)
    let host = Settings.text(host, "clearance.host", default: "127.0.0.1")
    let port = Settings.integer(port, "clearance.port", default: 8080)
    let directory = try Settings.rules(rules)
    // From here on SIGHUP does not end the process.
    let hangups = await Serve.hangups()
    let watch = watch ? RulesFolderWatch(directory) : nil
    let ruleset = try loadRules(directory, logger: logger)
    let connections = Settings.integer(connections, "clearance.connections", default: 10)
    guard connections >= 5 else { throw Failure(.configuration, "--connections must be at least 5") }
    let store = try await database.open(maximumConnections: connections, logger: logger)
    do {
      let rulesets = RulesetKeeper(
        store: store.rulesets, ruleset: ruleset, directory: directory, watch: watch, hangups: hangups,
        changes: { store.rulesetChanges() }, logger: logger)
      try await run(
        host: host, port: port, ruleset: ruleset, rulesets: rulesets, store: store, metrics: metrics, logger: logger)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    logger.info("stopped")
  }

  private func run(
    host: String, port: Int, ruleset: ActiveRuleset, rulesets: RulesetKeeper, store: Database, metrics: OpenMetrics,
    logger: Logger
  ) async throws {
    let migrator = try database.migrator()
    if noMigrate {
      try await store.checkMigrations(migrator)
    } else {
      for migration in try await store.migrate(migrator) {
        logger.info("applied a migration", metadata: ["migration": "\(migration.name)"])
      }
    }
    try await checkRights(store, logger: logger)
    try await PartitionKeeper.ensure(store)
    do {
      try await rulesets.begin()
    } catch let error as ActiveRuleset.Refusal {
      throw refusal(error, try Settings.rules(rules))
    } catch let error as RulesetActivator.UnreadableRuleset {
      throw Failure(.configuration, "\(error)")
    }
    let logKey = try await openLogKey(store.ledger)
    logger.info("the log", metadata: ["key": "\(logKey.identity.verifierKey)"])
    let keys = KeyRing(store.keys, changes: { store.keyChanges() }, logger: logger)
    try await keys.reload()
    if keys.isEmpty {
      guard ["127.0.0.1", "::1", "localhost"].contains(host) else {
        throw Failure(
          .configuration,
          "there is no valid API key, so \(host) may not be listened on: make one with `clearance keys create --role admin`, or listen on 127.0.0.1"
        )
      }
      keys.open()
      if keys.isOpen {
        logger.warning("no API key exists: every caller on this machine may do everything")
      } else {
        logger.warning("every API key is revoked: nobody may call; make one with `clearance keys create`")
      }
    }
    let recorder = Recorder(store.decisions, logger: logger)
    let sequencer = LogSequencer(store.ledger, key: logKey, logger: logger)
    let screener = Screener()
    let lists = ListKeeper(
      lists: store.lists, exemptions: store.exemptions, screener: screener, changes: { store.listChanges() },
      logger: logger)
    // Before anything is answered: an answer that saw no list would look like one that found nothing.
    try await lists.reload()
    let secret = try await store.linkage.secret()
    let gatherer = FactGatherer(store.linkage, secret: secret, logger: logger)
    let service = DecisionService(
      ruleset: ruleset, screener: screener, gatherer: withoutLinkage ? nil : gatherer, recorder: recorder,
      store: store.decisions, isLogged: !withoutLog)
    let linkage = LiveLinkage(
      store.linkage, rejudger: Rejudger(store.linkage, service: service, secret: secret, logger: logger),
      secret: secret, logger: logger)
    let server = APIServer.application(
      .init(host: host, port: port), service: service, keys: keys, rulesets: rulesets, lists: lists,
      database: store, metrics: metrics, logger: logger
    ) { port in
      logger.info(
        "listening", metadata: ["url": "http://\(host):\(port)", "ruleset": "\(ruleset.current.hash.prefix(12))"])
    }
    // Services stop in the reverse order: first the server, which ends when its requests are answered, then linking, then
    // the gatherer, then the recorder, which ends when what it accepted is on disk, then the sequencer, which puts that
    // into the log.
    let linking: [any Service] = withoutLinkage ? [] : [gatherer, linkage]
    let services: [any Service] =
      [
        PartitionKeeper(store: store, logger: logger), ReviewKeeper(store.reviews, logger: logger), keys, rulesets,
        lists,
        sequencer, recorder,
      ] + linking + [server]
    let group = ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0) },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }

  /// The statements of the service work as a role that cannot change what is recorded; whoever holds its connection
  /// string may be able to all the same. The former is refused: there would be no difference between a mistake in the
  /// service and a forged history. The latter is said: one connection string is how everybody begins.
  private func checkRights(_ store: Database, logger: Logger) async throws {
    do {
      let rights = try await store.serviceRights()
      if rights.isUserFree {
        logger.warning(
          "the database user of the service may change and delete what is recorded: give it one that is only a member of clearance_service, and the owner by --owner-database-url",
          metadata: ["user": "\(rights.user)"])
      }
    } catch let fault as ServiceRole.Fault {
      throw Failure(.configuration, fault.description)
    }
  }

  private func openLogKey(_ ledger: LedgerStore) async throws -> LogKey {
    do {
      return try await LogKey.open(
        file: Settings.text(logKey, "clearance.log.key"), folder: Settings.dataDirectory(database.data),
        origin: Settings.text(logOrigin, "clearance.log.origin"), ledger)
    } catch let fault as LogKey.Fault {
      throw Failure(.configuration, fault.description)
    }
  }

  /// An element for each SIGHUP.
  private static func hangups() async -> AsyncStream<Void> {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    return AsyncStream { continuation in
      // Ended by the stream's termination, which cancels it.
      let task = Task {
        for await _ in signals { continuation.yield() }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func loadRules(_ directory: String, logger: Logger) throws -> ActiveRuleset {
    do {
      let ruleset = try ActiveRuleset.check(directory)
      for warning in ruleset.warnings + ruleset.findings {
        logger.warning("\(warning.message)", metadata: ["file": "\(warning.file)"])
      }
      return ActiveRuleset(ruleset)
    } catch {
      throw refusal(error, directory)
    }
  }

  private func refusal(_ error: ActiveRuleset.Refusal, _ directory: String) -> Failure {
    Failure(.configuration, "the rules in \(directory) cannot take effect:\n\(error)")
  }

  private func makeLogger() throws -> Logger {
    let text = Settings.text(logLevel, "clearance.log.level", default: "info")
    guard let level = Logger.Level(rawValue: text) else {
      throw Failure(.configuration, "there is no log level `\(text)`: use trace, debug, info, notice, warning or error")
    }
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var logger = Logger(label: "clearance")
    logger.logLevel = level
    return logger
  }
}

/// Makes the partitions of the coming months ahead, once a day.
struct PartitionKeeper: Service {
  let store: Database
  let logger: Logger

  static func ensure(_ store: Database) async throws {
    try await store.decisions.ensurePartitions(monthsAhead: 3)
    try await store.usage.ensurePartitions(monthsAhead: 3)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: .seconds(24 * 3600))) != nil {
        do {
          try await PartitionKeeper.ensure(store)
        } catch {
          logger.error("partitions could not be made ahead", metadata: ["error": "\(error)"])
        }
      }
    }
  }
}
