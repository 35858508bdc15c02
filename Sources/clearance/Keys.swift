import ArgumentParser
import ClearanceService
import Foundation
import Store

struct Keys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes, lists and revokes API keys.", subcommands: [Create.self, List.self, Revoke.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a key and shows it, once.",
      discussion: "Only a hash of the key is kept. Send it as `Authorization: Bearer KEY`.")

    @Option(
      help: "What it may do: signup (judge, send usage, read its own decisions), officer, auditor (read all) or admin.")
    var role: Role

    @Option(help: "What the key is for, in words.")
    var name = ""

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let issued = try await KeyRing.issue(name: name, role: role, into: store.keys)
        complain("key \(issued.id.uuidString.lowercased()) with role \(role.rawValue); it is not shown again:")
        print(issued.token)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists all keys, without their secrets.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        for key in try await store.keys.keys() {
          let state = key.revokedAt.map { "revoked \($0)" } ?? "valid"
          let used = key.lastUsedAt.map { "last used \($0)" } ?? "never used"
          print(
            "\(key.id.uuidString.lowercased())  \(key.role.rawValue)  \(state)  made \(key.createdAt)  \(used)  \(key.name)"
          )
        }
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a key invalid, at once and for good.",
      discussion: "Running services drop it within moments. The key stays in the list.")

    @Argument(help: "The key's id, as `keys list` shows it.")
    var id: String

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        guard let uuid = UUID(uuidString: id) else {
          throw Failure(.input, "`\(id)` is not a key's id: see `clearance keys list`")
        }
        guard try await store.keys.revoke(uuid) else {
          throw Failure(.failed, "there is no valid key \(id)")
        }
        print("revoked \(id)")
      }
    }
  }

  static func withStore(_ options: DatabaseOptions, _ body: (Database) async throws -> Void) async throws {
    try await report {
      let store = try await options.open(logger: quietLogger())
      do {
        _ = try await store.migrate(options.migrator())
        try await body(store)
      } catch {
        await store.close()
        throw error
      }
      await store.close()
    }
  }
}

extension Role: ExpressibleByArgument {}
