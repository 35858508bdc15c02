import ArgumentParser
import Compliance
import Foundation

struct BenchLinkage: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linkage",
    abstract: "Measures the linking of populations of several sizes: time, memory, and what is found.",
    discussion: """
      Each population is played by `clearance timeline` in a process of its own. Without folders, populations are \
      generated, which takes longer than to play them. A folder has accounts.ndjson, usage.csv and truth.csv, as \
      `clearance timeline` takes them.

      `compare_linkage.py` beside this command's source has DuckDB find the connected components of the same \
      population.
      """)

  @Argument(help: "Folders of populations, to measure these instead of generated ones.", completion: .directory)
  var folders: [String] = []

  @Option(parsing: .upToNextOption, help: "Sizes of the generated populations.")
  var accounts = [50_000, 200_000, 1_000_000]

  @Option(help: "The same seed generates the same populations.")
  var seed: UInt64 = 1

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(help: "Where to keep the generated populations, a folder in it for each size. Default: they are removed.")
  var export: String?

  @Option(help: "table for people, json for programs.")
  var format = BenchJudge.Format.table

  func validate() throws {
    guard !accounts.isEmpty, accounts.allSatisfy({ (1_000...10_000_000).contains($0) }) else {
      throw ValidationError("--accounts takes numbers from 1000 to 10000000")
    }
  }

  func run() async throws {
    try await report {
      var runs: [JSON] = []
      if folders.isEmpty {
        let parent = export ?? NSTemporaryDirectory() + "clearance-bench-\(getpid())"
        defer { if export == nil { try? FileManager.default.removeItem(atPath: parent) } }
        for size in accounts {
          let folder = "\(parent)/\(size)"
          var workload = PopulationWorkload(accounts: size, seed: seed)
          try workload.write(to: folder)
          runs.append(try await play(folder))
          if export == nil { try FileManager.default.removeItem(atPath: folder) }
        }
      } else {
        for folder in folders { runs.append(try await play(folder)) }
      }
      print(format == .json ? JSON.members(["results": .array(runs)]).serialized : Self.table(runs))
    }
  }

  /// Plays a population in another process, so that its memory is its own.
  private func play(_ folder: String) async throws -> JSON {
    let out = NSTemporaryDirectory() + "clearance-bench-\(getpid()).csv"
    defer { try? FileManager.default.removeItem(atPath: out) }
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments =
      ["timeline", "--format", "json", "--out", out]
      + ["accounts.ndjson", "usage.csv", "truth.csv"].flatMap { name in
        ["--" + name.prefix { $0 != "." }, "\(folder)/\(name)"]
      } + (rules.map { ["--rules", $0] } ?? [])
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let summary = try? JSON.parse(output) else {
      throw Failure(.failed, "\(folder) could not be played")
    }
    return summary
  }

  private static func table(_ runs: [JSON]) -> String {
    func number(_ run: JSON, _ key: String) -> Double {
      if case .number(let text)? = run[key] { Double(text) ?? 0 } else { 0 }
    }
    var lines = ["  accounts  usage rows  seconds  µs/account     MB  precision  recall   main before"]
    for run in runs {
      let main = run["operators"]?.elements?.first { $0["operator"]?.text == "main" }
      lines.append(
        String(
          format: "%10.0f%12.0f%9.1f%12.1f%7.0f%11.4f%8.4f%12.1f %%", number(run, "accounts"),
          number(run, "usage_rows"), number(run, "seconds"), number(run, "seconds") * 1e6 / number(run, "accounts"),
          number(run, "peak_memory_bytes") / 1e6, number(run, "precision"), number(run, "recall"),
          main.map { number($0, "share_before") * 100 } ?? 0))
    }
    let sorted = runs.sorted { number($0, "accounts") < number($1, "accounts") }
    if let first = sorted.first, let last = sorted.last, number(first, "accounts") < number(last, "accounts") {
      lines.append(
        String(
          format: "growth: %.1f times the accounts, %.1f times the time",
          number(last, "accounts") / number(first, "accounts"), number(last, "seconds") / number(first, "seconds")))
    }
    return lines.joined(separator: "\n")
  }
}
