import CLibPQ
import Foundation
import Synchronization

/// One thread that waits for every socket of this process's PostgreSQL connections (`epoll`), and wakes the task
/// that waits for the one that became ready.
///
/// libpq's non-blocking calls run on the cooperative pool, where they only copy and parse; all waiting is here.
/// Measured on two cores with one-row prepared queries over a Unix socket, round trips a second for one
/// connection and for eight:
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
final class Reactor: Sendable {
  static let shared = Reactor()

  private let epoll: Int32
  /// By file descriptor. A watch stays until its connection is dropped.
  private let watches = Mutex<[Int32: SocketWatch]>([:])

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "epoll_create1: \(String(cString: strerror(errno)))")
    let thread = Thread { [self] in run() }
    thread.name = "postgresql"
    thread.stackSize = 256 << 10
    thread.start()
  }

  func watch(_ descriptor: Int32) -> SocketWatch {
    let watch = SocketWatch(descriptor: descriptor, reactor: self)
    watches.withLock { $0[descriptor] = watch }
    var event = epoll_event()
    event.data.fd = descriptor
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    return watch
  }

  /// Must come before the descriptor is closed: its number may be given to another socket at once.
  func forget(_ watch: SocketWatch) {
    watches.withLock { watches in
      if watches[watch.descriptor] === watch { watches[watch.descriptor] = nil }
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
    while true {
      let count = epoll_wait(epoll, &events, Int32(events.count), -1)
      for index in 0..<max(0, Int(count)) {
        let descriptor = events[index].data.fd
        watches.withLock { $0[descriptor] }?.fire()
      }
    }
  }
}

/// A socket that a task can wait for. A wake-up is a hint: the waiter looks again whether it can go on.
final class SocketWatch: Sendable {
  let descriptor: Int32
  private let reactor: Reactor

  private struct State {
    var waiter: CheckedContinuation<Bool, Never>?
    var isAborted = false
  }
  private let state = Mutex(State())

  fileprivate init(descriptor: Int32, reactor: Reactor) {
    self.descriptor = descriptor
    self.reactor = reactor
  }

  /// Waits until the socket can be read, or written if asked for. At most one task waits at a time.
  ///
  /// - Returns: false once the watch is aborted.
  func wait(writing: Bool = false, isolation: isolated (any Actor)? = #isolation) async -> Bool {
    await withCheckedContinuation { continuation in
      let isAborted = state.withLock { state in
        if !state.isAborted { state.waiter = continuation }
        return state.isAborted
      }
      if isAborted {
        continuation.resume(returning: false)
      } else {
        reactor.arm(descriptor, writing: writing)
      }
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
