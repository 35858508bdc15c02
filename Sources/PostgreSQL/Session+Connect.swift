import Foundation
import Logging
import Synchronization

extension Session {
  /// Connects on a thread of its own that lives for this attempt only.
  ///
  /// libpq resolves host names by blocking calls even in its non-blocking connect, and only its blocking connect
  /// goes on to the next host of the connection string when one of them does not answer within
  /// `connect_timeout`, which is what a failover needs. A thread costs less than a tenth of what connecting costs.
  ///
  /// When the task is cancelled this returns at once; the thread ends by itself and drops its connection.
  static func connect(
    connectionString: String, options: ConnectionOptions, isolation: isolated (any Actor)? = #isolation
  ) async throws -> Session {
    let attempt = ConnectAttempt()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        attempt.wait(continuation)
        let thread = Thread {
          do {
            let connection = try LibPQConnection(
              connectionString: connectionString, defaults: options.defaults,
              serverOptions: options.serverOptions)
            attempt.finish(.success(Session(connection: connection)))
          } catch {
            attempt.finish(.failure(error))
          }
        }
        thread.stackSize = 1 << 20
        thread.start()
      }
    } onCancel: {
      attempt.finish(.failure(CancellationError()))
    }
  }
}

/// Hands over the first outcome of an attempt to connect, and drops a later one.
private final class ConnectAttempt: Sendable {
  private enum State {
    case notStarted
    case waiting(CheckedContinuation<Session, any Error>)
    case finished
    case cancelledEarly
  }
  private let state = Mutex(State.notStarted)

  func wait(_ continuation: CheckedContinuation<Session, any Error>) {
    let isCancelled = state.withLock { state in
      if case .cancelledEarly = state { return true }
      state = .waiting(continuation)
      return false
    }
    if isCancelled { continuation.resume(throwing: CancellationError()) }
  }

  func finish(_ result: Result<Session, any Error>) {
    let continuation: CheckedContinuation<Session, any Error>? = state.withLock { state in
      switch state {
      case .waiting(let continuation):
        state = .finished
        return continuation
      case .notStarted:
        // Only cancellation comes before the wait.
        state = .cancelledEarly
        return nil
      case .finished, .cancelledEarly:
        return nil
      }
    }
    continuation?.resume(with: result)
  }
}

/// What a session asks of libpq and the server beyond the connection string.
struct ConnectionOptions: Sendable {
  var connectTimeoutSeconds: Int
  var applicationName: String
  var statementTimeoutMilliseconds: Int? = nil
  var isForLookups = false
  var role: String? = nil

  /// Apply where the connection string says nothing.
  var defaults: [(String, String)] {
    [
      ("connect_timeout", String(connectTimeoutSeconds)),
      ("application_name", applicationName),
      // A server that vanished without a word is noticed within a minute, not after the two hours of the kernel.
      ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "30000"),
    ]
  }

  /// Settings of the session, sent with the request to connect, at no round trip.
  var serverOptions: String {
    var options = "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c bytea_output=hex"
    if let statementTimeoutMilliseconds { options += " -c statement_timeout=\(statementTimeoutMilliseconds)" }
    if isForLookups { options += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off" }
    // Sent so, it is also what RESET ROLE goes back to.
    if let role { options += " -c role=\(role)" }
    return options
  }
}
