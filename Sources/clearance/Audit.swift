import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Ledger
import Store
import Synchronization

struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Verifies that nothing recorded was altered or dropped, judges it again, and exports it.",
    subcommands: [Verify.self, ReplayDecisions.self, AuditExport.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verifies the records and the log of a database, or a proof file by itself.",
      discussion: """
        Without a file: makes the leaf of every stored record anew, and the tree of the log, and compares them with each \
        other and with the stored tiles, checkpoints and signatures; names what differs. A checkpoint that you kept \
        (`clearance log show --checkpoint`, or /log/checkpoint) shows whether what was signed then is still there. The \
        service may run meanwhile.

        With a file: checks a proof (GET /v1/decisions/ID/proof) with the decision (GET /v1/decisions/ID) and the log's \
        key alone; no database and no service is asked.

        Exit codes: 0 all is as it was recorded; 1 something differs; 65 a file cannot be read; 69 no database.
        """)

    @Argument(help: "A proof file (.tlog-proof), to be verified without a database.")
    var proof: String?

    @Option(help: "The decision that the proof is of, as the service gave it.")
    var decision: String?

    @Option(
      help: "The log's key, as `clearance log key` prints it; without it, the database's own word is taken for it.")
    var key: String?

    @Option(help: "A checkpoint that you kept; repeatable.")
    var checkpoint: [String] = []

    @Flag(help: "Do not show progress.")
    var quiet = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await report {
        let key = try key.map { text in
          do { return try VerifierKey(text) } catch { throw Failure(.input, "--key: \(error)") }
        }
        if let proof {
          guard let decision, let key else {
            throw Failure(.input, "a proof is verified with --decision FILE and --key KEY")
          }
          try verify(proof: proof, decision: decision, key: key)
        } else {
          try await verifyDatabase(key)
        }
      }
    }

    private func verify(proof: String, decision: String, key: VerifierKey) throws {
      let offline: OfflineVerification
      do {
        offline = try OfflineVerification(proof: try Self.read(proof), decision: try Self.read(decision))
      } catch let fault as MalformedInput {
        throw Failure(.input, fault.description)
      }
      do {
        let head = try offline.verify(by: key)
        print(
          "ok: the decision \(offline.leaf.id.text) is entry \(offline.proof.index) of \(head.size) of \(head.origin), as "
            + "it was recorded at \(offline.leaf.decidedAt)")
      } catch {
        throw Failure(.failed, "\(error)")
      }
    }

    private static func read(_ path: String) throws -> [UInt8] {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Failure(.input, "\(path) cannot be read")
      }
      return Array(data)
    }

    private func verifyDatabase(_ key: VerifierKey?) async throws {
      let kept = try checkpoint.map { path in
        do { return try SignedNote(parsing: try Self.read(path)) } catch let fault as MalformedInput {
          throw Failure(.input, "\(path): \(fault)")
        }
      }
      let store = try await database.open(maximumConnections: 2 * LogAudit.connections, logger: quietLogger())
      do {
        try await store.checkMigrations(database.migrator())
        let start = ContinuousClock.now
        let last = Mutex(start)
        let isShown = !quiet && isatty(2) == 1
        let report = try await LogAudit(store.ledger, key: key, kept: kept) { records, leaves in
          guard isShown else { return }
          let isDue = last.withLock { last in
            guard last.duration(to: .now) > .milliseconds(200) else { return false }
            last = .now
            return true
          }
          if isDue { FileHandle.standardError.write(Data("\r\(records) records, \(leaves) leaves".utf8)) }
        }.run()
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        try tell(report, seconds: start.duration(to: .now) / .seconds(1), hasKey: key != nil)
      } catch {
        await store.close()
        throw error
      }
      await store.close()
    }

    private func tell(_ report: LogAudit.Report, seconds: Double, hasKey: Bool) throws {
      for finding in report.findings { print(finding) }
      if report.isCut { print("and more") }
      let rate = seconds > 0 ? Int(Double(report.records) / seconds) : 0
      complain(
        "\(report.records) records, \(report.size) leaves and \(report.pending) waiting, \(report.checkpoints) "
          + "checkpoints in \(String(format: "%.1f", seconds)) s (\(rate)/s)")
      if !hasKey { complain("the log's key was taken from the database: name the one that you trust with --key") }
      if report.findings.isEmpty { print("ok: nothing was altered, dropped or added") } else { throw ExitCode(1) }
    }
  }
}
