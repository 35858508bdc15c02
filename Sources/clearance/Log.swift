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
      """, subcommands: [Key.self, Show.self, Witness.self, Cosign.self])

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

  struct Cosign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a checkpoint that a witness has signed, to be served under /log/cosigned.",
      discussion: "It is kept only if both the log and the witness have signed it.")

    @Argument(help: "The file that `clearance log witness` printed.")
    var file: String

    @Option(help: "The witness's key, as its `clearance log witness --show-key` printed it.")
    var witness: String

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let key: VerifierKey
        do { key = try VerifierKey(witness) } catch { throw Failure(.input, "--witness: \(error)") }
        guard let data = FileManager.default.contents(atPath: file) else {
          throw Failure(.input, "\(file) cannot be read")
        }
        do {
          let logKey = try VerifierKey(try await Log.identity(store).verifierKey)
          let head = try await LogReader(store.ledger).add(
            cosigned: try SignedNote(parsing: data), witness: key, logKey: logKey)
          print("\(key.name) signed \(head.size) entries")
        } catch let fault as NoteFault {
          throw Failure(.failed, fault.description)
        } catch let fault as MalformedInput {
          throw Failure(.input, "\(file): \(fault)")
        }
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
