import CLibPQ
import Foundation
import Synchronization

/// A thread that waits for sockets of this process's PostgreSQL connections (`epoll`), and wakes the task that waits for
/// the one that became ready.
///
/// libpq's non-blocking calls only copy and parse; all waiting is here. Most connections share one such thread
/// (``shared``), and their tasks run on the cooperative pool. Measured on two cores with one-row prepared queries over a
/// Unix socket, round trips a second for one connection and for eight:
///
/// | way to wait | 1 connection | 8 connections | CPU time a query |
/// | --- | --- | --- | --- |
/// | a thread for each connection (blocking calls) | 13,000 to 16,000 | 50,000 to 72,000 | 30 to 40 µs |
/// | `DispatchSource` for each connection | 15,000 to 21,000 | 47,000 to 67,000 | 35 to 50 µs |
/// | one `epoll` thread | 25,000 to 34,000 | 69,000 to 88,000 | 16 to 21 µs |
///
/// A thread for each connection costs a wake-up to hand the query over; a dispatch source costs a second one from
/// its manager thread to a worker. Here the query is sent by the calling task itself, and the only hand-over is
/// the answer's. It also needs no memory per connection.
///
/// A task that does little else than wait for the database can have such a thread to itself (``withOwn(_:)``): it runs where
/// its answers arrive, and nothing is handed over at all.
final class Reactor: Sendable {
  static let shared = Reactor()
  /// The thread that the task has to itself.
  @TaskLocal static var own: Reactor?
  /// Threads that no task has at present. They are never ended: something may still be on its way to them.
  private static let unused = Mutex<[Reactor]>([])

  private struct State {
    var jobs: [UnownedJob] = []
    /// Whether it waits for a socket, so that it must be woken for a job.
    var isWaiting = false
    /// By file descriptor. A watch stays until its connection is dropped.
    var watches: [Int32: SocketWatch] = [:]
  }

  private let epoll: Int32
  private let bell: Int32
  private let state = Mutex(State())

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "epoll_create1: \(String(cString: strerror(errno)))")
    bell = eventfd(0, O_CLOEXEC | O_NONBLOCK)
    precondition(bell >= 0, "eventfd: \(String(cString: strerror(errno)))")
    var event = epoll_event()
    event.data.fd = bell
    event.events = EPOLLIN.rawValue
    epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event)
    let thread = Thread { [self] in run() }
    thread.name = "postgresql"
    // Whatever tasks do runs here; what of it is not used takes no memory.
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Runs a task on a thread of its own, on which it also waits for the database.
  static func withOwn<Value>(_ body: @Sendable () async -> Value) async -> Value {
    let reactor = unused.withLock { $0.popLast() } ?? Reactor()
    defer { unused.withLock { $0.append(reactor) } }
    return await $own.withValue(reactor) { await withTaskExecutorPreference(reactor, operation: body) }
  }

  fileprivate func watch(_ watch: SocketWatch) {
    state.withLock { $0.watches[watch.descriptor] = watch }
    var event = epoll_event()
    event.data.fd = watch.descriptor
    epoll_ctl(epoll, EPOLL_CTL_ADD, watch.descriptor, &event)
  }

  fileprivate func forget(_ watch: SocketWatch) {
    state.withLock { state in
      if state.watches[watch.descriptor] === watch { state.watches[watch.descriptor] = nil }
    }
    var event = epoll_event()
    epoll_ctl(epoll, EPOLL_CTL_DEL, watch.descriptor, &event)
  }

  fileprivate func arm(_ descriptor: Int32, writing: Bool) {
    var event = epoll_event()
    event.data.fd = descriptor
    event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
    if writing { event.events |= EPOLLOUT.rawValue }
    epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
  }

  private func run() -> Never {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    var jobs: [UnownedJob] = []
    while true {
      state.withLock { state in
        swap(&jobs, &state.jobs)
        state.isWaiting = jobs.isEmpty
      }
      for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
      // Between jobs it only looks.
      let count = epoll_wait(epoll, &events, Int32(events.count), jobs.isEmpty ? -1 : 0)
      jobs.removeAll(keepingCapacity: true)
      state.withLock { $0.isWaiting = false }
      for index in 0..<max(0, Int(count)) {
        let descriptor = events[index].data.fd
        if descriptor == bell {
          var rings: UInt64 = 0
          _ = read(bell, &rings, 8)
        } else {
          state.withLock { $0.watches[descriptor] }?.fire()
        }
      }
    }
  }
}

extension Reactor: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let wasWaiting = state.withLock { state in
      state.jobs.append(job)
      defer { state.isWaiting = false }
      return state.isWaiting
    }
    guard wasWaiting else { return }
    var ring: UInt64 = 1
    _ = write(bell, &ring, 8)
  }
}

/// A socket that a task can wait for. A wake-up is a hint: the waiter looks again whether it can go on.
final class SocketWatch: Sendable {
  let descriptor: Int32

  private struct State {
    var waiter: CheckedContinuation<Bool, Never>?
    var isAborted = false
    /// The threads that know the socket. Only the last one that was asked waits for it.
    var reactors: [Reactor] = []
  }
  private let state = Mutex(State())

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Must come before the descriptor is closed: its number may be given to another socket at once.
  func forget() {
    for reactor in state.withLock({ $0.reactors }) { reactor.forget(self) }
  }

  /// Waits until the socket can be read, or written if asked for. At most one task waits at a time.
  ///
  /// - Returns: false once the watch is aborted.
  func wait(writing: Bool = false, isolation: isolated (any Actor)? = #isolation) async -> Bool {
    let reactor = Reactor.own ?? Reactor.shared
    return await withCheckedContinuation { continuation in
      let (isAborted, isNew) = state.withLock { state in
        if state.isAborted { return (true, false) }
        state.waiter = continuation
        let isNew = !state.reactors.contains { $0 === reactor }
        if isNew { state.reactors.append(reactor) }
        return (false, isNew)
      }
      if isAborted {
        continuation.resume(returning: false)
        return
      }
      if isNew { reactor.watch(self) }
      reactor.arm(descriptor, writing: writing)
    }
  }

  /// Makes the waiting task and every later one go on at once with false: the connection is given up.
  func abort() { take(aborting: true)?.resume(returning: false) }

  fileprivate func fire() { take(aborting: false)?.resume(returning: true) }

  private func take(aborting: Bool) -> CheckedContinuation<Bool, Never>? {
    state.withLock { state in
      if aborting { state.isAborted = true }
      defer { state.waiter = nil }
      return state.waiter
    }
  }
}
