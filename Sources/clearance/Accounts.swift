import ArgumentParser
import ClearanceService
import Compliance
import Configuration
import Foundation
import Store

struct Accounts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Erases what is about persons of an account.", subcommands: [Erase.self])

  struct Erase: AsyncParsableCommand {
    // 31 CFR 501.601 as amended by 89 FR 74832 (in force on 12 March 2025; adopted without change by 90 FR 13286): "at least
    // 10 years after the date of such transaction", and of blocked property, until 10 years after it is unblocked.
    // 15 CFR 762.6(a): five years; (b): what an agency asked for is not destroyed without its written authorization.
    static let retentionYears = 10

    static let configuration = CommandConfiguration(
      abstract: "Makes what is recorded of an account's persons unreadable, for good.",
      discussion: """
        Deletes the keys that seal the facts and the answers of all decisions of the account, and the reasons of its \
        resolutions and exemptions. What remains are ids, verdicts, rules, lists, times, names of officers and counts of \
        usage; the log still verifies. The erasure is recorded, with who, when and why, and has a leaf in the log: name no \
        person in the reason. Exemptions hold on; a later decision of the account is recorded as any other.

        Transactions must stay on record for years after the last decision: ten by 31 CFR 501.601 (since 12 March 2025), \
        five by 15 CFR 762.6. Within that time an account is only erased with --override, and the record says so. It is not \
        known here whether property is blocked, of which the years begin when it is unblocked, or whether an agency has \
        asked for records, which then stay.

        Only the owner of the database may erase (--owner-database-url); the service cannot. Backups hold keys until they \
        expire.

        Exit codes: 0 erased; 1 nothing was, as the account is unknown, was erased before, or must be kept; 65 faulty input.
        """)

    @Argument(help: "The account's id.")
    var id: String

    @Option(help: "Why, 1 to 1000 characters.")
    var reason: String

    @Flag(help: "Erase it also while it must be kept. That is recorded.")
    var override = false

    @Option(
      help: """
        Years for which an account is kept after its last decision, resolution or exemption. Environment: \
        CLEARANCE_RETENTION_YEARS. Default: \(Erase.retentionYears).
        """)
    var retentionYears: Int?

    @Option(help: "Who erases it. Default: the user who runs this.")
    var officer: String?

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await report {
        let request = try request()
        try confirm()
        try await Keys.withStore(database) { store in
          do {
            let erasure = try await store.erase(request, leaves: RecordLeaves.erasing)
            print(
              "erased \(count(erasure.records, "record")) of \(erasure.account)"
                + (erasure.isOverride ? ", which was to be kept until \(erasure.retainedUntil)" : ""))
          } catch let refusal as ErasureRefusal {
            throw Failure(refusal, id)
          }
        }
      }
    }

    private func request() throws -> ErasureRequest {
      guard !id.isEmpty, !id.utf8.contains(0) else { throw Failure(.input, "an account's id has a character at least") }
      guard (1...1_000).contains(reason.count), !reason.allSatisfy(\.isWhitespace) else {
        throw Failure(.input, "--reason must have 1 to 1000 characters")
      }
      let officer = officer ?? NSUserName()
      guard (1...200).contains(officer.count) else { throw Failure(.input, "--officer must have 1 to 200 characters") }
      let years = Settings.integer(retentionYears, "clearance.retention.years", default: Erase.retentionYears)
      guard (0...100).contains(years) else { throw Failure(.input, "--retention-years takes a number from 0 to 100") }
      return ErasureRequest(
        account: id, officer: officer, reason: reason, retentionYears: years, isOverride: override)
    }

    private func confirm() throws {
      if yes { return }
      guard isatty(0) == 1 else { throw Failure(.input, "nobody is there to be asked: confirm with --yes") }
      FileHandle.standardError.write(Data("Erase \(id)? It cannot be undone. Type the id to confirm: ".utf8))
      guard readLine() == id else { throw Failure(.failed, "nothing was erased") }
    }
  }
}

extension Failure {
  /// Why an account was not erased.
  fileprivate init(_ refusal: ErasureRefusal, _ account: String) {
    switch refusal {
    case .unknownAccount: self.init(.failed, "nothing is recorded of \(account)")
    case .alreadyErased(let erasure):
      self.init(.failed, "\(account) was erased on \(erasure.erasedAt.date) by \(erasure.officer): \(erasure.reason)")
    case .retained(let day):
      self.init(
        .failed,
        "\(account) must be kept until \(day) (31 CFR 501.601, 15 CFR 762.6; see --retention-years): to erase it all the same, say --override"
      )
    case .logIncomplete:
      self.init(.failed, "decisions from before the log have no leaves yet: let the service run until they have")
    case .notOwner(let reason):
      self.init(.configuration, "this user may not erase (\(reason)): name the owner by --owner-database-url")
    }
  }
}
