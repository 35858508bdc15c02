import CEL
import Testing

@Suite("The math library")
struct MathLibraryTests {
  static let cases: [(String, [Value], Value)] = [
    ("greatest", [5], 5), ("greatest", [-7, 5], 5), ("greatest", [.int(.min), 1], 1),
    ("greatest", [.uint(.max), 1], .uint(.max)), ("greatest", [1, 1.5], 1.5),
    ("greatest", [[5.4, 10, .uint(3), -5.0]], 10),
    ("least", [5], 5), ("least", [.uint(5), -7], -7), ("least", [-3.5, 3.5], -3.5),
    ("least", [[5.4, 10, .uint(1), .uint(.max)]], .uint(1)),
    ("ceil", [-1.2], -1.0), ("ceil", [1.2], 2.0), ("floor", [-1.2], -2.0), ("floor", [1.2], 1.0),
    ("round", [-1.4], -1.0), ("round", [-1.5], -2.0), ("round", [2.5], 3.0),
    ("round", [0.49999999999999994], 0.0),
    ("trunc", [1.7], 1.0), ("trunc", [-1.7], -1.0), ("abs", [-11], 11), ("abs", [.uint(1)], .uint(1)),
    ("abs", [-1.5], 1.5),
    ("sign", [-42], -1), ("sign", [0], 0), ("sign", [.uint(100)], .uint(1)), ("sign", [.uint(0)], .uint(0)),
    ("sign", [-32.0], -1.0), ("sign", [0.0], 0.0), ("sign", [-0.0], 0.0),
    ("isInf", [.double(-.infinity)], true), ("isInf", [1.0], false), ("isNaN", [.double(.nan)], true),
    ("isNaN", [1.0], false),
    ("isFinite", [1.0], true), ("isFinite", [.double(.nan)], false), ("sqrt", [81], 9.0),
    ("sqrt", [.uint(4)], 2.0),
    ("sqrt", [985.25], 31.388692231439016), ("bitAnd", [3, 5], 1), ("bitAnd", [-3, -5], -7),
    ("bitAnd", [.uint(3), .uint(2)], .uint(2)),
    ("bitOr", [-2, -4], -2), ("bitOr", [.uint(1), .uint(2)], .uint(3)), ("bitXor", [4, -2], -6),
    ("bitXor", [.uint(3), .uint(5)], .uint(6)),
    ("bitNot", [1], -2), ("bitNot", [.uint(1)], .uint(.max - 1)), ("bitShiftLeft", [1, 2], 4),
    ("bitShiftLeft", [-1, 2], -4),
    ("bitShiftLeft", [-1, 200], 0), ("bitShiftLeft", [.uint(1), 64], .uint(0)),
    ("bitShiftLeft", [1, 63], .int(.min)),
    ("bitShiftRight", [1024, 2], 256), ("bitShiftRight", [-1024, 64], 0),
    ("bitShiftRight", [-1024, 3], 2305843009213693824),
    ("bitShiftRight", [.uint(1024), .int(.max)], .uint(0)), ("bitShiftRight", [-1, 63], 1),
  ]

  @Test("each function gives what the specification says", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (name, arguments, expected) = Self.cases[index]
    let result = try call(.math, "math." + name, arguments)
    #expect(result == expected && result.type == expected.type, "math.\(name)(\(arguments)) = \(result)")
  }

  @Test(
    "what has no answer is an error",
    arguments: [
      ("abs", [.int(.min)], .overflow), ("bitShiftLeft", [1, -1], .invalidArgument),
      ("bitShiftRight", [.uint(1), -1], .invalidArgument), ("greatest", [[]], .invalidArgument),
      ("greatest", [[1, "x"]], .noSuchOverload), ("least", [["x"]], .noSuchOverload),
      ("greatest", [["x", 1]], .noSuchOverload),
      ("least", [1, .double(.nan)], .invalidArgument), ("ceil", [1], .noSuchOverload),
      ("bitOr", [1.2, 1], .noSuchOverload),
      ("bitAnd", [1, .uint(1)], .noSuchOverload), ("sqrt", ["4"], .noSuchOverload),
    ] as [(String, [Value], EvaluationError.Kind)])
  func errors(_ name: String, _ arguments: [Value], _ kind: EvaluationError.Kind) {
    let error = #expect(throws: EvaluationError.self) { try call(.math, "math." + name, arguments) }
    #expect(error?.kind == kind)
  }

  @Test("NaN stays NaN")
  func notANumber() throws {
    for (name, argument) in [
      ("round", .double(.nan)), ("trunc", .double(.nan)), ("abs", .double(.nan)), ("sign", .double(.nan)),
      ("sqrt", -15),
    ] as [(String, Value)] {
      guard case .double(let number) = try call(.math, "math." + name, argument) else {
        Issue.record("\(name) gave no double")
        continue
      }
      #expect(number.isNaN, "\(name)")
    }
  }
}
