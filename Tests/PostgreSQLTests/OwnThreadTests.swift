import Foundation
import Testing

@testable import PostgreSQL

@Suite("A thread of its own") struct OwnThreadTests {
  @Test("work stays on it across answers of the server") func stays() async throws {
    let pool = try await TestServer.pool(2)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          await ConnectionPool.withOwnThread {
            let thread = currentThread()
            for number in 0..<50 {
              let sum = try? await pool.withConnection { db in
                try await db.query("select $1 + 1", [.int(1_000 * worker + number)])[0].int(0)
              }
              #expect(sum == 1_000 * worker + number + 1)
              #expect(currentThread() == thread)
            }
          }
        }
      }
    }
    // The same connections, waited for by the thread that all others share.
    #expect(try await pool.withConnection { try await $0.query("select 7")[0].int(0) } == 7)
    #expect(pool.statistics.opened == 2)
    await pool.close()
  }

  @Test("one within another has another thread") func nested() async {
    await ConnectionPool.withOwnThread {
      let (thread, own) = (currentThread(), Reactor.own)
      await ConnectionPool.withOwnThread {
        #expect(currentThread() != thread)
        #expect(Reactor.own !== own)
      }
      #expect(currentThread() == thread)
      #expect(Reactor.own === own)
    }
    #expect(Reactor.own == nil)
  }

  @Test("tasks and callbacks from elsewhere wake it") func wakes() async {
    let sum = await ConnectionPool.withOwnThread {
      let thread = currentThread()
      var sum = 0
      for number in 0..<200 {
        sum += await withCheckedContinuation { continuation in
          DispatchQueue.global().async { continuation.resume(returning: number) }
        }
        #expect(currentThread() == thread)
        if number.isMultiple(of: 50) { try? await Task.sleep(for: .milliseconds(2)) }
      }
      return sum
    }
    #expect(sum == 19_900)
  }

  @Test("a statement on it is stopped when its task is cancelled") func cancellation() async throws {
    let pool = try await TestServer.pool(1)
    let start = Date()
    let task = Task {
      await ConnectionPool.withOwnThread {
        do {
          try await pool.withConnection { _ = try await $0.query("select pg_sleep(60)") }
          return false
        } catch {
          return error is CancellationError
        }
      }
    }
    #expect(try await eventually { pool.statistics.acquired == 1 })
    task.cancel()
    #expect(await task.value)
    #expect(Date().timeIntervalSince(start) < 30)
    #expect(try await pool.withConnection { try await $0.query("select 1")[0].int(0) } == 1)
    await pool.close()
  }
}

/// The thread that asks.
private func currentThread() -> UInt { UInt(pthread_self()) }
