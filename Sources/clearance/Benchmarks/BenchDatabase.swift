import ArgumentParser
import Foundation
import Store

/// Runs a measurement on a private PostgreSQL in a temporary folder, and removes both whatever happens.
///
/// - Parameter body: is given the database, which is not migrated yet, and the folder.
func withBenchDatabase(_ body: (Database, String) async throws -> Void) async throws {
  let folder = NSTemporaryDirectory() + "clearance-bench-\(getpid())"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let database: Database
  do {
    database = try await Database.open(.init(url: nil, dataDirectory: folder), logger: quietLogger())
  } catch {
    throw Failure(.unavailable, "\(error)")
  }
  do {
    try await body(database, folder)
  } catch {
    await database.close()
    throw error
  }
  await database.close()
}

/// A number as figures are printed.
func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }

/// Prints a line at once, also into a pipe: a measurement takes long enough to be watched.
func say(_ line: String) {
  print(line)
  fflush(nil)
}
