import CEL
import Foundation
import Testing

@Suite("Deep expressions")
struct DepthTests {
  #if DEBUG
    // Unoptimised code has frames several times as large.
    static let stackBytes = 2 << 20
  #else
    static let stackBytes = 512 << 10
  #endif

  /// Runs on a thread with a stack far smaller than those of Swift's concurrency on Linux (8 MiB).
  static func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      thread.stackSize = stackBytes
      thread.start()
    }
  }

  static let shapes: [(String, @Sendable (Int) -> String)] = [
    ("parentheses", { String(repeating: "(", count: $0) + "1" + String(repeating: ")", count: $0) }),
    ("lists", { String(repeating: "[", count: $0) + "1" + String(repeating: "]", count: $0) }),
    ("maps", { String(repeating: "{1:", count: $0) + "1" + String(repeating: "}", count: $0) }),
    ("calls", { String(repeating: "dyn(", count: $0) + "1" + String(repeating: ")", count: $0) }),
    ("negations", { String(repeating: "!", count: $0) + "true" }),
    ("sums", { "1" + String(repeating: " + 1", count: $0) }),
    (
      "products in sums",
      { String(repeating: "1 + 2 * (", count: $0) + "1" + String(repeating: ")", count: $0) }
    ),
    (
      "operators of all levels",
      {
        String(repeating: "true || true && 1 == 1 + 2 * (", count: $0) + "1"
          + String(repeating: ")", count: $0)
      }
    ),
    ("conditionals", { String(repeating: "true ? 1 : ", count: $0) + "1" }),
    (
      "nested conditionals",
      { String(repeating: "true ? (", count: $0) + "1" + String(repeating: ") : 2", count: $0) }
    ),
    ("selections", { "x" + String(repeating: ".a", count: $0) }),
    ("indexes", { "x" + String(repeating: "[0]", count: $0) }),
    ("optional selections", { "x" + String(repeating: ".?a", count: $0) }),
    (
      "comprehensions",
      {
        String(repeating: "[1].exists(i, ", count: $0) + "true" + String(repeating: ")", count: $0)
      }
    ),
    (
      "bindings",
      { String(repeating: "cel.bind(a, 1, ", count: $0) + "a" + String(repeating: ")", count: $0) }
    ),
    (
      "optional maps",
      {
        String(repeating: "optional.of(1).optMap(a, ", count: $0) + "1" + String(repeating: ")", count: $0)
      }
    ),
    ("receivers", { "x" + String(repeating: ".size()", count: $0) }),
    (
      "blocks",
      { count in
        "cel.block([[1]" + (0..<count).map { ", [cel.index(\($0))]" }.joined() + "], cel.index(\(count)))"
      }
    ),
    ("opening brackets", { String(repeating: "[", count: $0) }),
    ("opening calls", { String(repeating: "f(", count: $0) }),
    ("dots", { String(repeating: ".a", count: $0) }),
    ("messages", { String(repeating: "a{b:", count: $0) }),
  ]

  @Test(
    "an expression of any depth is compiled or refused, and evaluated, on a small stack",
    arguments: shapes.indices)
  func handled(_ index: Int) async {
    let (_, make) = Self.shapes[index]
    let environment = Environment(variables: [FieldDeclaration("x", .dyn)])
    for depth in [1, 10, 40, 100, 124, 200, 248, 260, 1000, 5000] {
      let source = make(depth)
      await Self.onSmallStack {
        for isChecked in [true, false] {
          let program = try? isChecked ? environment.compile(source) : environment.compileUnchecked(source)
          guard let program else { continue }
          _ = program.evaluate(Activation(for: environment))
          _ = program.explain(Activation(for: environment, ["x": .list([.int(1)])]))
        }
      }
    }
  }
}
