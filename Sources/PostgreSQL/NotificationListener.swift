import Logging

/// What arrives on some channels, over a connection of its own that is made anew whenever it is lost.
///
/// ```swift
/// for await event in NotificationListener(connectionString: url, channels: ["rules"]) {
///   switch event {
///   case .listening: await reloadEverything()  // what was sent before this moment was not heard
///   case .notification(let notification): await reload(notification.payload)
///   }
/// }
/// ```
///
/// Each iterator connects by itself and reads only when asked for the next event; what is not read yet waits in
/// the socket and on the server. The sequence ends when the task is cancelled, and the connection with it.
public struct NotificationListener: AsyncSequence, Sendable {
  /// What happened.
  public enum Event: Sendable, Hashable {
    /// From now on notifications are heard: at the beginning and after each reconnection. Those sent while there
    /// was no connection are lost, so look again at what they would have told.
    case listening
    /// A notification arrived.
    case notification(Notification)
  }

  private static let shortestRetryMilliseconds = 100
  private static let longestRetryMilliseconds = 5000

  private let connectionString: String
  private let channels: [String]
  private let options: ConnectionOptions
  private let logger: Logger

  /// Describes what to listen to; iterating connects.
  ///
  /// - Parameters:
  ///   - connectionString: Keywords and values, or a URI, as libpq takes them.
  ///   - channels: The channels, by the exact names that `pg_notify` is given.
  ///   - connectTimeoutSeconds: How long each host may take to accept the connection.
  ///   - applicationName: The name by which `pg_stat_activity` shows the connection.
  ///   - logger: Where lost connections are reported.
  public init(
    connectionString: String, channels: [String], connectTimeoutSeconds: Int = 5,
    applicationName: String = "clearance listener", logger: Logger = Logger(label: "postgresql.listener")
  ) {
    self.connectionString = connectionString
    self.channels = channels
    self.options = ConnectionOptions(
      connectTimeoutSeconds: connectTimeoutSeconds, applicationName: applicationName,
      statementTimeoutMilliseconds: nil)
    self.logger = logger
  }

  /// Begins a connection of its own.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(listener: self) }

  /// Reads the events of one connection after the other.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let listener: NotificationListener
    private var session: Session?
    private var retryMilliseconds = NotificationListener.shortestRetryMilliseconds

    init(listener: NotificationListener) { self.listener = listener }

    /// The next event; nil when the task is cancelled.
    ///
    /// - Parameter actor: Where the caller runs.
    public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> Event? {
      while !Task.isCancelled {
        do {
          if let session {
            let notification = try await withTaskCancellationHandler {
              try await session.nextNotification()
            } onCancel: {
              session.watch.abort()
            }
            return .notification(notification)
          }
          session = try await listener.listen()
          retryMilliseconds = NotificationListener.shortestRetryMilliseconds
          return .listening
        } catch {
          if Task.isCancelled { break }
          session = nil
          listener.logger.warning(
            "not listening; trying again",
            metadata: ["error": "\(error)", "milliseconds": "\(retryMilliseconds)"])
          try? await Task.sleep(for: .milliseconds(retryMilliseconds))
          retryMilliseconds = Swift.min(retryMilliseconds * 2, NotificationListener.longestRetryMilliseconds)
        }
      }
      session = nil
      return nil
    }
  }

  private func listen() async throws -> Session {
    let session = try await Session.connect(connectionString: connectionString, options: options)
    for channel in channels {
      _ = try await session.simple("listen \"\(channel.replacing("\"", with: "\"\""))\"")
    }
    return session
  }
}
