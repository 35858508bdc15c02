import DequeModule
import ServiceLifecycle
import Store
import Synchronization

/// What waits to be worked on, many at a time: while workers are busy it gathers, and the next to be free takes all of it,
/// up to a limit. One that is idle gets the first at once.
///
/// `state` is the only shared state; nobody holds its lock across an `await`. Each element is given to one worker.
final class WorkQueue<Element: Sendable>: Sendable {
  private struct State {
    var waiting = Deque<Element>()
    var idle: [CheckedContinuation<[Element], Never>] = []
    var isClosed = false
  }

  private enum Step {
    case refused
    case added
    case wake(CheckedContinuation<[Element], Never>)
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// An empty queue.
  /// - Parameter capacity: elements that may wait.
  init(capacity: Int) { self.capacity = capacity }

  /// How many wait.
  var count: Int { state.withLock { $0.waiting.count } }

  /// Adds an element.
  /// - Returns: `false`, and nothing happened, when the queue is full or closed.
  func add(_ element: Element) -> Bool {
    let step: Step = state.withLock { state in
      if state.isClosed || state.waiting.count >= capacity { return .refused }
      if let worker = state.idle.popLast() { return .wake(worker) }
      state.waiting.append(element)
      return .added
    }
    switch step {
    case .refused: return false
    case .added: return true
    case .wake(let worker):
      worker.resume(returning: [element])
      return true
    }
  }

  /// Works on what is added, each worker on a thread of its own, until a graceful shutdown and then until nothing waits.
  ///
  /// - Parameters:
  ///   - workers: how many work at a time.
  ///   - limit: elements that one takes at a time.
  ///   - work: works on some, at least one.
  func run(workers: Int, limit: Int, _ work: @escaping @Sendable ([Element]) async -> Void) async {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<workers {
          group.addTask {
            await Database.withOwnThread {
              while case let batch = await self.next(limit), !batch.isEmpty { await work(batch) }
            }
          }
        }
      }
    } onGracefulShutdown: {
      self.close()
    }
  }

  /// The next elements, at most `limit`; none when the queue is closed and empty.
  private func next(_ limit: Int) async -> [Element] {
    await withCheckedContinuation { continuation in
      let ready: [Element]? = state.withLock { state in
        if state.waiting.isEmpty {
          if state.isClosed { return [] }
          state.idle.append(continuation)
          return nil
        }
        let count = min(limit, state.waiting.count)
        defer { state.waiting.removeFirst(count) }
        return Array(state.waiting.prefix(count))
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  /// Takes no more; what waits is still given out.
  private func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    for worker in idle { worker.resume(returning: []) }
  }
}
