import Logging
import ServiceLifecycle
import Store

/// Keeps the queue of reviews short: every ten minutes it removes those of accounts that have since been decided about
/// anew. Readers leave them out in any case.
public struct ReviewKeeper: Service {
  private let store: ReviewStore
  private let logger: Logger

  /// Keeps the queue of a store.
  public init(_ store: ReviewStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Works until a graceful shutdown.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: .seconds(600))) != nil {
        do {
          try await store.removeOutdated()
        } catch {
          logger.warning("outdated reviews were not removed", metadata: ["error": "\(error)"])
        }
      }
    }
  }
}
