import Dispatch
import Foundation
import Logging
import Synchronization

/// Connections to one server (or to whichever of several hosts is the primary), lent one scope at a time.
///
/// A connection is opened when it is first needed and none is idle. One that the server has closed is noticed
/// before it is lent (at the price of one system call) and replaced, so that after a restart of the server the
/// pool goes on by itself; while the server is away, every call fails at once with an error whose
/// `isConnectionFailure` is true. Callers beyond the limit wait in order of arrival, for a limited time.
///
/// Ownership: an open connection belongs to `State.idle`, to exactly one scope, or to nobody any more; `State.open`
/// counts the first two and those being opened, and never exceeds the limit. All of `State` is guarded by its
/// mutex, under which nothing waits.
public final class ConnectionPool: Sendable {
  /// Where it connects and how much it uses.
  public let configuration: Configuration

  private let state: Mutex<State>

  fileprivate struct State {
    var idle: [Session] = []
    var open = 0
    /// In order of arrival, which is the order of their deadlines.
    var waiters: [Waiter] = []
    var nextWaiter = 0
    var isTimerSet = false
    var isClosed = false
    var closers: [CheckedContinuation<Void, Never>] = []
    var statistics = Statistics()
  }

  fileprivate struct Waiter {
    let id: Int
    let deadline: DispatchTime
    let continuation: CheckedContinuation<Grant, any Error>
  }

  /// What a task gets: a session, or the right to open one.
  fileprivate enum Grant: Sendable {
    case session(Session)
    case mayOpen
  }

  /// Makes a pool; it opens no connection yet.
  ///
  /// - Parameter configuration: Where to connect and how much to use.
  public init(configuration: Configuration) {
    self.configuration = configuration
    self.state = Mutex(State())
  }

  /// What the pool is doing, and has done since it was made.
  public var statistics: Statistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.open = state.open
      statistics.idle = state.idle.count
      statistics.waiting = state.waiters.count
      return statistics
    }
  }

  /// Lends a connection to `body`.
  ///
  /// A connection that comes back broken, within a transaction, or in use is dropped; session settings and
  /// session-level advisory locks are the borrower's to undo.
  ///
  /// - Parameter body: What to do with it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; ``PostgreSQLError`` of kind `connection` if none can be opened, `poolTimeout` if
  ///   none becomes free in time, `poolClosed` after ``close()``; `CancellationError` while waiting.
  @discardableResult
  public nonisolated(nonsending) func withConnection<Value>(
    _ body: nonisolated(nonsending) (Connection) async throws -> Value
  ) async throws -> Value {
    let session = try await acquire()
    let connection = Connection(session)
    do {
      let value = try await body(connection)
      connection.endScope()
      await release(session)
      return value
    } catch {
      connection.endScope()
      await release(session)
      throw error
    }
  }

  /// Runs work that waits for a database most of the time on a thread of its own, on which the answers arrive too, of any
  /// pool: it is not handed from thread to thread at each of them. What it calls runs there as well, so it must not keep
  /// the thread from waiting for the database, except where nothing else of its own is under way.
  ///
  /// - Parameter body: the work; tasks that it starts without structure are not concerned.
  public static func withOwnThread<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
    await Reactor.withOwn(body)
  }

  /// Lends no more connections, closes the idle ones, and returns when the lent ones have come back.
  public func close() async {
    let (waiters, idle) = state.withLock { state in
      state.isClosed = true
      defer {
        state.waiters = []
        state.open -= state.idle.count
        state.idle = []
      }
      return (state.waiters, state.idle)
    }
    for waiter in waiters { waiter.continuation.resume(throwing: Self.closedError) }
    _ = consume idle
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.open > 0 { state.closers.append(continuation) }
        return state.open == 0
      }
      if isDone { continuation.resume() }
    }
  }

  // MARK: Lending

  private nonisolated(nonsending) func acquire() async throws -> Session {
    if case .session(let session) = try await grant() {
      if await session.isAlive() {
        state.withLock { $0.statistics.acquired += 1 }
        return session
      }
      configuration.logger.info("the server closed an idle connection; another is opened in its place")
      state.withLock { $0.statistics.dropped += 1 }
    }
    do {
      let session = try await Session.connect(
        connectionString: configuration.connectionString, options: configuration.connectionOptions)
      state.withLock { state in
        state.statistics.opened += 1
        state.statistics.acquired += 1
      }
      return session
    } catch {
      state.withLock { $0.statistics.connectFailures += 1 }
      giveUpSlot()
      throw error
    }
  }

  private nonisolated(nonsending) func grant() async throws -> Grant {
    try Task.checkCancellation()
    if let grant = try state.withLock({ try $0.grantAtOnce(limit: configuration.maximumConnections) }) {
      return grant
    }
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in enqueue(id, continuation) }
    } onCancel: {
      cancelWait(id)
    }
  }

  private func enqueue(_ id: Int, _ continuation: CheckedContinuation<Grant, any Error>) {
    let deadline = DispatchTime.now() + .milliseconds(configuration.acquireTimeoutMilliseconds)
    let result: Result<Grant, any Error>? = state.withLock { state in
      // A connection may have come back since; and a cancelled task's handler may have run already.
      if Task.isCancelled { return .failure(CancellationError()) }
      do {
        if let grant = try state.grantAtOnce(limit: configuration.maximumConnections) {
          return .success(grant)
        }
      } catch {
        return .failure(error)
      }
      state.waiters.append(Waiter(id: id, deadline: deadline, continuation: continuation))
      if !state.isTimerSet {
        state.isTimerSet = true
        setTimer(deadline)
      }
      return nil
    }
    if let result { continuation.resume(with: result) }
  }

  private func cancelWait(_ id: Int) {
    let waiter = state.withLock { state in
      state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
    }
    waiter?.continuation.resume(throwing: CancellationError())
  }

  /// One timer serves all waiters: it is set for the first deadline, and the others follow in order.
  private func setTimer(_ deadline: DispatchTime) {
    DispatchQueue.global().asyncAfter(deadline: deadline) { [weak self] in self?.expireWaiters() }
  }

  private func expireWaiters() {
    let now = DispatchTime.now()
    let expired = state.withLock { state in
      var expired: [Waiter] = []
      while let first = state.waiters.first, first.deadline <= now {
        expired.append(state.waiters.removeFirst())
      }
      state.statistics.timeouts += expired.count
      state.isTimerSet = !state.waiters.isEmpty
      if let next = state.waiters.first { setTimer(next.deadline) }
      return expired
    }
    for waiter in expired {
      waiter.continuation.resume(
        throwing: PostgreSQLError(
          .poolTimeout,
          "all \(configuration.maximumConnections) connections were in use for "
            + "\(configuration.acquireTimeoutMilliseconds) ms"))
    }
  }

  // MARK: Taking back

  private nonisolated(nonsending) func release(_ session: Session) async {
    switch await session.state() {
    case .reusable: giveBack(session)
    case .broken: drop()
    case .inTransaction:
      configuration.logger.warning("a connection came back within a transaction, which is rolled back")
      drop()
    case .busy:
      configuration.logger.warning("a connection came back while a statement ran, which is stopped")
      session.watch.abort()
      drop()
    }
  }

  private func giveBack(_ session: Session) {
    let (waiter, closers) = state.withLock { state -> (Waiter?, [CheckedContinuation<Void, Never>]) in
      if let waiter = state.takeWaiter() { return (waiter, []) }
      if state.isClosed {
        state.open -= 1
        return (nil, state.takeClosers())
      }
      // The last one in is the first one out: it is the likeliest to be warm, and the surplus stays unused.
      state.idle.append(session)
      return (nil, [])
    }
    waiter?.continuation.resume(returning: .session(session))
    for closer in closers { closer.resume() }
  }

  private func drop() {
    state.withLock { $0.statistics.dropped += 1 }
    giveUpSlot()
  }

  /// A connection is gone: the first waiter may open another.
  private func giveUpSlot() {
    let (waiter, closers) = state.withLock { state -> (Waiter?, [CheckedContinuation<Void, Never>]) in
      if let waiter = state.takeWaiter() { return (waiter, []) }
      state.open -= 1
      return (nil, state.takeClosers())
    }
    waiter?.continuation.resume(returning: .mayOpen)
    for closer in closers { closer.resume() }
  }

  fileprivate static let closedError = PostgreSQLError(.poolClosed, "the pool of connections is closed")
}

extension ConnectionPool.State {
  fileprivate mutating func takeWaiter() -> ConnectionPool.Waiter? {
    waiters.isEmpty ? nil : waiters.removeFirst()
  }

  fileprivate mutating func takeClosers() -> [CheckedContinuation<Void, Never>] {
    guard isClosed, open == 0 else { return [] }
    defer { closers = [] }
    return closers
  }

  /// What can be had without waiting; nobody overtakes those who wait.
  fileprivate mutating func grantAtOnce(limit: Int) throws -> ConnectionPool.Grant? {
    if isClosed { throw ConnectionPool.closedError }
    guard waiters.isEmpty else { return nil }
    if let session = idle.popLast() { return .session(session) }
    guard open < limit else { return nil }
    open += 1
    return .mayOpen
  }
}
