import ArgumentParser
import ClearanceService
import Store

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings the database's schema up to date.",
    discussion: """
      Applies the numbered files of the migrations folder, each in a transaction of its own. `serve` does the same \
      when it starts, unless it is told --no-migrate. It is for the owner of the schema, and makes the role \
      clearance_service, whose members run the service.
      """)

  @OptionGroup var database: DatabaseOptions

  @Flag(help: "Change nothing; list the migrations and when each was applied. Exit code 1 if any is missing.")
  var status = false

  func run() async throws {
    try await report {
      let migrator = try database.migrator()
      let store = try await database.open(logger: quietLogger())
      do {
        try await migrate(store, migrator)
      } catch {
        await store.close()
        throw error
      }
      await store.close()
    }
  }

  private func migrate(_ store: Database, _ migrator: Migrator) async throws {
    if status {
      var missing = 0
      for status in try await store.migrationStatus(migrator) {
        if status.appliedAt == nil { missing += 1 }
        print("\(status.migration.name)  \(status.appliedAt.map { "applied \($0)" } ?? "not applied")")
      }
      if missing > 0 { throw ExitCode(1) }
      return
    }
    let applied = try await store.migrate(migrator)
    for migration in applied { print("applied \(migration.name)") }
    if applied.isEmpty { print("the schema is up to date") }
  }
}
