import Foundation
import Testing

/// Runs the seeded generator. `CEL_FUZZ_EXECUTIONS=10000000 swift test -c release -Xswiftc -enable-testing --filter
/// FuzzTests` runs ten million; `CEL_FUZZ_SEED` chooses others.
@Suite("Fuzzing")
struct FuzzTests {
  @Test("no source crashes the parser, the checker or the evaluator, and what they promise holds")
  func seeded() {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["CEL_FUZZ_EXECUTIONS"].flatMap { Int($0) } ?? 8000
    let seed = environment["CEL_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    var subject = FuzzSubject(seed: seed)
    var input = FuzzInput(seed: seed)
    for execution in 0..<count {
      if execution % 1000 == 0 { input = FuzzInput(seed: seed &+ UInt64(execution)) }
      let source = input.next()
      if let problem = subject.run(source) {
        Issue.record("seed \(seed), execution \(execution): \(problem)\n\(source)")
        return
      }
    }
    let tally = subject.tally
    #expect(
      tally.refused > count / 10 && tally.values > count / 20 && tally.unknowns > count / 100
        && tally.errors > count / 100, "\(tally)")
    if count > 100_000 { FileHandle.standardError.write(Data("\(count) executions: \(tally)\n".utf8)) }
  }
}
