import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Screening
import Store

struct Exemptions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Records that somebody is not the entry of a list that the name resembles.",
    discussion: """
      An exemption silences the hit of one account, or of one of its parties, on one entry of a list: until a day, and \
      in any case only as long as the entry stays as it is. Answers show the hits that were silenced.
      """, subcommands: [AddExemption.self, ListExemptions.self, RevokeExemption.self])

  struct AddExemption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Adds an exemption.")

    @Option(help: "The account's id.")
    var account: String

    @Option(help: "The party's id within the account's submissions. Default: the account itself.")
    var party: String?

    @Option(help: "The list's id.")
    var list: String

    @Option(help: "The entry's id, as a hit shows it.")
    var entry: String

    @Option(help: "The first day on which it no longer holds, YYYY-MM-DD. Default: it has no end of its own.")
    var until: String?

    @Option(help: "Why they are not the same.")
    var reason: String

    @Option(help: "Who found it. Default: the user who runs this.")
    var officer: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let id = UUID.version7(at: .now)
        var day: CalendarDate?
        if let until {
          guard let given = CalendarDate(until), given > Instant.now.date else {
            throw Failure(.input, "--until `\(until)` is not a day to come: write YYYY-MM-DD")
          }
          day = given
        }
        guard (1...1_000).contains(reason.count), !reason.allSatisfy(\.isWhitespace) else {
          throw Failure(.input, "--reason must have 1 to 1000 characters")
        }
        try await store.exemptions.add(
          Exemption(
            id: id, account: account, party: party, list: list, entry: entry,
            entryHash: try await hash(of: entry, on: list, in: store), until: day, reason: reason,
            officer: officer ?? NSUserName(), createdAt: .now), leaf: { try RecordLeaves.granted($0, salt: $1) })
        print(id.text)
      }
    }

    private func hash(of entry: String, on list: String, in store: Database) async throws -> String {
      guard let version = try await store.lists.activeVersions().first(where: { $0.list == list }) else {
        throw Failure(.input, "the list \(list) was never imported: see `clearance lists`")
      }
      let entries = try await ListKeeper.entries(of: version, in: store.lists)
      guard let found = entries.first(where: { $0.id == entry }) else {
        throw Failure(.input, "\(list) has no entry \(entry): see `clearance lists search NAME`")
      }
      return found.contentHash
    }
  }

  struct ListExemptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists exemptions.")

    @Option(help: "Only this account's.")
    var account: String?

    @Flag(help: "Also those that were revoked.")
    var all = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        for found in try await store.exemptions.exemptions(account: account, isRevokedIncluded: all) {
          print(
            "\(found.id.text)  \(found.account)\(found.party.map { "/\($0)" } ?? "")  \(found.list) \(found.entry)  "
              + "\(found.revokedAt.map { "revoked \($0)" } ?? found.until.map { "until \($0)" } ?? "without end")  "
              + "by \(found.officer) on \(found.createdAt.date): \(found.reason ?? "(erased)")")
        }
      }
    }
  }

  struct RevokeExemption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: "Ends an exemption, at once and for good. It stays in the list.")

    @Argument(help: "The exemption's id.")
    var id: String

    @Option(help: "Why it ends.")
    var reason: String

    @Option(help: "Who ends it. Default: the user who runs this.")
    var officer: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        guard let uuid = UUID(uuidString: id) else { throw Failure(.input, "`\(id)` is not an exemption's id") }
        let isRevoked = try await store.exemptions.revoke(
          uuid, by: officer ?? NSUserName(), because: reason, leaf: { try RecordLeaves.revoked($0, salt: $1) })
        guard isRevoked else {
          throw Failure(.failed, "there is no exemption \(id) that holds")
        }
        print("revoked \(id)")
      }
    }
  }
}
