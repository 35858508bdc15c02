import Foundation
import Testing

/// Populations of accounts, made by the generator that lies beside the checkout where it is at hand.
enum GeneratedPopulation {
  private static let generator =
    repository.appendingPathComponent("../shared/workloads/ring.py").standardizedFileURL.path

  static let canBeMade =
    FileManager.default.fileExists(atPath: generator)
    && ["/usr/bin/python3", "/usr/local/bin/python3"].contains { FileManager.default.isExecutableFile(atPath: $0) }

  static let need: Comment = "needs python3 and ../shared/workloads/ring.py"

  /// Makes a population; answers with the folder of its files.
  static func make(accounts: Int, seed: Int) async throws -> String {
    let folder = Workshop.current.path("ring")
    let made = try await Clearance.run(
      ["python3", generator, "--accounts", "\(accounts)", "--seed", "\(seed)", "--out", folder],
      program: URL(fileURLWithPath: "/usr/bin/env"))
    try #require(made.end == .exit(0), "\(made.errors)")
    return folder
  }
}
