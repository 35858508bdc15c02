import ArgumentParser

struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures this program on this machine.",
    subcommands: [
      BenchHTTP.self, BenchHistory.self, BenchJudge.self, BenchLinkage.self, BenchOwnership.self, BenchReplay.self,
      BenchScreen.self, BenchUsage.self,
    ])
}
