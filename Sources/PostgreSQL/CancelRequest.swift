import Dispatch
import Foundation
import Synchronization

/// Stops what one operation runs on the server, at most once, from a thread of its own.
///
/// libpq 15 sends a cancel request only by blocking calls, over a connection of its own, and a request that comes
/// before the statement has reached the server stops nothing. So the thread repeats it until the operation has
/// ended, and gives the connection up if the server does not react at all (it may be unreachable). The operation
/// waits in ``settle()`` until the thread is done: a request still under way could otherwise stop the next
/// statement.
final class CancelRequest: Sendable {
  /// How long one request is given before it is repeated.
  static let repeatMilliseconds = 200
  /// How long the server may take before the connection is given up.
  static let patienceMilliseconds = 5000

  private let canceller: LibPQCanceller?
  private let watch: SocketWatch
  private let operationEnded = DispatchSemaphore(value: 0)

  private struct State {
    var isStarted = false
    var hasEnded = false
    var isThreadDone = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  init(canceller: LibPQCanceller?, watch: SocketWatch) {
    self.canceller = canceller
    self.watch = watch
  }

  var isStarted: Bool { state.withLock { $0.isStarted } }

  /// Begins to stop the operation; returns at once.
  func start() {
    let isFirst = state.withLock { state in
      if state.isStarted || state.hasEnded { return false }
      state.isStarted = true
      return true
    }
    guard isFirst else { return }
    // A blocked request must not hold up the giving up, hence the timer apart from the thread.
    let watch = watch
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.patienceMilliseconds)) {
      [weak self] in
      guard let self else { return }
      let isPending = self.state.withLock { !$0.hasEnded || !$0.isThreadDone }
      if isPending {
        watch.abort()
        self.finishThread()
      }
    }
    let thread = Thread { [self] in
      repeat {
        _ = canceller?.cancel()
      } while operationEnded.wait(timeout: .now() + .milliseconds(Self.repeatMilliseconds)) == .timedOut
        && !state.withLock { $0.isThreadDone }
      finishThread()
    }
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// Called when the operation has ended: from here on the server is left alone.
  func settle(isolation: isolated (any Actor)? = #isolation) async {
    let mustWait = state.withLock { state in
      state.hasEnded = true
      return state.isStarted && !state.isThreadDone
    }
    guard mustWait else { return }
    operationEnded.signal()
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if !state.isThreadDone { state.waiter = continuation }
        return state.isThreadDone
      }
      if isDone { continuation.resume() }
    }
  }

  private func finishThread() {
    let waiter = state.withLock { state in
      state.isThreadDone = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}
