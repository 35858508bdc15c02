import Foundation
import Ledger
import Synchronization
import Testing

/// Reads a log as a stranger does: over HTTP, believing nothing but what its key has signed.
struct LogClient {
  let port: Int
  let key: VerifierKey

  /// The log of a service, by the key that the command line prints.
  init(_ service: Service, database: String) async throws {
    let outcome = try await Clearance.run(["log", "key", "--database-url", database])
    guard outcome.end == .exit(0), let line = outcome.lines.first else { throw Unexpected(outcome.errors) }
    self.init(port: service.port, key: try VerifierKey(String(line)))
  }

  init(port: Int, key: VerifierKey) {
    self.port = port
    self.key = key
  }

  /// The last checkpoint, verified.
  func checkpoint() throws -> (head: Checkpoint, note: SignedNote) {
    let answer = try get("/log/checkpoint")
    guard answer.status == 200 else { throw Unexpected("\(answer.status) \(answer.text)") }
    let note = try SignedNote(parsing: answer.body)
    return (try Checkpoint(note, signedBy: key), note)
  }

  func get(_ path: String) throws -> HTTPClient.Answer { try HTTPClient(port: port).get(path) }

  /// Every entry up to a checkpoint, after their root was found to be the signed one, and every tile that of them.
  func entries(of head: Checkpoint) throws -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var tail = LogTail()
    for id in EntryBundleID.all(in: head.size) {
      let answer = try get("/log/" + id.path)
      guard answer.status == 200 else { throw Unexpected("\(id.path): \(answer.status) \(answer.text)") }
      let bundle = try EntryBundle.entries(of: answer.body, width: id.width).map { Array($0) }
      let growth = try tail.append(bundle)
      for tile in growth.tiles {
        let served = try get("/log/" + tile.id.path)
        #expect(served.status == 200 && served.body == tile.bytes, "\(tile.id.path)")
      }
      entries += bundle
    }
    #expect(tail.root == head.root)
    return entries
  }

  /// The tree of a checkpoint, made of the tiles that are served.
  func tree(of head: Checkpoint) throws -> TiledTree { try TiledTree(size: head.size) { try tiles($0) } }

  private func tiles(_ ids: [TileID]) throws -> [[UInt8]] {
    try ids.map { id in
      let answer = try get("/log/" + id.path)
      guard answer.status == 200 else { throw Unexpected("\(id.path): \(answer.status)") }
      return answer.body
    }
  }

  /// Waits until the log has at least as many entries.
  func checkpoint(ofAtLeast size: UInt64, within seconds: Double = 60) async throws -> Checkpoint {
    var head = try checkpoint().head
    try await eventually(within: seconds) {
      head = try checkpoint().head
      return head.size >= size
    }
    return head
  }
}

/// Somebody who keeps every checkpoint that is ever shown, while clients post.
final class LogWatcher: Sendable {
  private let seen = Mutex<Set<Checkpoint>>([])
  private let answered = Mutex(0)
  private let isOver = Atomic(false)
  private let isQuiet = Atomic(false)
  private let isQuieted = Atomic(false)

  var checkpoints: Set<Checkpoint> { seen.withLock { $0 } }
  /// How many decisions were answered.
  var recorded: Int { answered.withLock { $0 } }

  /// Watches and posts while a body runs; ends both whatever happens in it.
  func run(
    _ log: LogClient, ports: [Int], connections: Int, as prefix: String, isPatient: Bool,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.watch(log) }
      group.addTask { try await self.post(to: ports, connections: connections, as: prefix, isPatient: isPatient) }
      group.addTask {
        defer { self.stop() }
        try await body()
      }
      try await group.waitForAll()
    }
  }

  private func watch(_ log: LogClient) async throws {
    try await onThread { [self] in
      while !isOver.load(ordering: .relaxed) {
        if let head = try? log.checkpoint().head { _ = seen.withLock { $0.insert(head) } }
        usleep(5_000)
      }
    }
  }

  private func post(to ports: [Int], connections: Int, as prefix: String, isPatient: Bool) async throws {
    _ = try await concurrently(connections) { [self] index -> Bool in
      let client = HTTPClient(port: ports[index % ports.count])
      var number = 0
      while !isQuiet.load(ordering: .relaxed) {
        number += 1
        if let answer = try? client.post(Samples.allowed("\(prefix)-\(index)-\(number)")) {
          if answer.status == 201 { answered.withLock { $0 += 1 } }
        } else if isPatient {
          usleep(5_000)
        } else {
          break
        }
      }
      return true
    }
    isQuieted.store(true, ordering: .relaxed)
  }

  /// Ends posting, and returns when nothing more is sent.
  func quiet() async throws {
    isQuiet.store(true, ordering: .relaxed)
    try await eventually { isQuieted.load(ordering: .relaxed) }
  }

  /// Ends all.
  func stop() {
    isQuiet.store(true, ordering: .relaxed)
    isOver.store(true, ordering: .relaxed)
  }

  /// Checks that everything that was shown is a beginning of the log as it is now.
  func check(against head: Checkpoint, _ log: LogClient) async throws {
    let tree = try log.tree(of: head)
    let kept = checkpoints.filter { $0.size > 0 }.sorted { $0.size < $1.size }
    #expect(Set(kept.map(\.size)).count == kept.count, "there are two checkpoints of one size")
    for old in kept {
      let proof = try await tree.consistencyProof(from: old.size)
      #expect(throws: Never.self) { try proof.verify(oldRoot: old.root, newRoot: head.root) }
    }
  }
}
