import ArgumentParser
import Compliance
import Foundation
import Store

struct UsageCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "Imports what accounts used, and shows it.",
    subcommands: [ImportUsage.self, ShowUsage.self])

  struct ImportUsage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Adds the usage of a file to what is known.",
      discussion: """
        The file is CSV with the header `account,hour,exchanges` and, if known, `input_tokens,output_tokens`, or NDJSON \
        with members of these names; `hour` is the start of an hour in UTC, 2026-04-22T10:00:00Z. Rows of accounts that \
        are not known yet are kept, and count when the account appears.

        The file is read to its end before anything is taken: if any line has a fault, all faults are shown and nothing \
        is taken (exit code 65). Then it is taken in parts, each at once and only once: run an interrupted import again, \
        and it goes on where it stopped. The same file is never counted twice; a file that was only begun, and changed \
        since, is refused.
        """)

    @Argument(help: "The file.", completion: .file(extensions: ["csv", "ndjson"]))
    var file: String

    @Option(
      help: "An id for the file's usage, 1 to 200 printing ASCII characters. Default: the SHA-256 of the file.")
    var batch: String?

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      if let batch {
        guard (1...200).contains(batch.utf8.count), batch.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
          throw ValidationError("--batch takes 1 to 200 printing ASCII characters")
        }
      }
    }

    func run() async throws {
      try await Keys.withStore(database) { store in
        let source = try UsageFile(file)
        let contents = try source.check()
        let progress = StatusLine()
        let start = ContinuousClock.now
        let outcome = try await source.add(to: store.usage, batch: batch ?? "sha256:\(contents.hash)") {
          progress.show($0, of: contents.rows)
        }
        progress.clear()
        let seconds = start.duration(to: .now) / .seconds(1)
        print(
          "\(count(contents.rows, "row")): \(count(outcome.added, "hour")) of accounts added, \(outcome.known) known already  "
            + "\(String(format: "%.1f", seconds)) s")
      }
    }
  }

  struct ShowUsage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows what an account used.",
      discussion: """
        Windows are of whole hours: at 10:30 the last hour is the one from 9:00 to 10:00. Exit code 1 when there is no \
        usage of the account.
        """)

    @Argument(help: "The account's id.")
    var account: String

    @Option(help: "When the windows end, RFC 3339 or a date. Default: now.")
    var at: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      var moment = Instant.now
      if let at {
        guard let given = Instant(at) ?? CalendarDate(at)?.start else {
          throw ValidationError("--at `\(at)` is neither an RFC 3339 timestamp nor a date")
        }
        moment = given
      }
      try await Keys.withStore(database) { store in
        let usage = try await store.usage.summary(of: account, at: moment)
        guard let first = usage.first, let last = usage.last else {
          throw Failure(.failed, "there is no usage of \(account)")
        }
        for (name, sum) in zip(UsageWindows.names, usage.windows.sums) { print("\(name)  \(sum)") }
        print("exchanges  \(usage.total)  in \(count(usage.hours, "hour"))  from \(first) to \(last)")
      }
    }
  }
}
