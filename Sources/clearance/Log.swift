import ArgumentParser
import ClearanceService
import Foundation
import Ledger
import Store

struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells of the transparency log.",
    discussion: """
      Every decision, exemption, import of a list and activation of rules has a leaf in an append-only Merkle tree. \
      Services sign what the tree is as checkpoints and serve it under /log/ (c2sp.org/tlog-tiles).
      """, subcommands: [Key.self, Show.self, Witness.self])

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the key by which checkpoints are verified.",
      discussion: "Give it to whoever is to hold the log to what it signed. The signing key is in no database.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in print(try await Log.identity(store).verifierKey) }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the last checkpoint, and how much waits for a place in the log.")

    @Flag(help: "Print the signed checkpoint alone, to keep it.")
    var checkpoint = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let identity = try await Log.identity(store)
        guard let tail = try await store.ledger.tail(), let standing = try await store.ledger.standing(),
          let root = Hash(tail.position.root)
        else { throw Failure(.failed, "the log cannot be read: see `clearance audit verify`") }
        if checkpoint {
          print(tail.checkpoint, terminator: "")
          return
        }
        print("origin   \(identity.origin)")
        print("key      \(identity.verifierKey)")
        print("entries  \(tail.position.size)")
        print("root     \(root.base64)")
        print("signed   \(tail.signedAt)")
        print(
          standing.pendingBatches == 0
            ? "pending  nothing"
            : "pending  \(standing.pendingBatches) commits, the oldest for \(Int(standing.waitSeconds)) s")
      }
    }
  }

  static func identity(_ store: Database) async throws -> LedgerStore.Identity {
    guard let identity = try await store.ledger.identity() else {
      throw Failure(.failed, "this database has no log yet: it begins when `clearance serve` first runs on it")
    }
    return identity
  }
}
