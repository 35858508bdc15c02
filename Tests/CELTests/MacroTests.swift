import CEL
import Testing

@Suite("Macros of the host")
struct MacroTests {
  static let party = RecordType(
    name: "Party", fields: [FieldDeclaration("lists", .list(.string)), FieldDeclaration("share", .int)])

  /// `holdings.atLeast(50, p, condition)`: whether the shares of the parties for which the condition holds reach a
  /// number, surely, surely not, or perhaps.
  static let atLeast = Macro("atLeast", .receiver, argumentCount: 3) { call throws(MacroFailure) in
    guard let target = call.target else { return nil }
    if case .literal(.int(let share)) = call.arguments[0].kind, !(1...100).contains(share) {
      throw MacroFailure("a share of \(share) % is none", remedy: "write 1 to 100", at: call.arguments[0])
    }
    let variable = try call.variable(1)
    let parties = call.node(.select(target, field: "parties", mode: .value), at: target)
    let classified = call.node(
      .comprehension(
        Syntax.Comprehension(.classify, over: parties, variable, condition: call.arguments[2])))
    return call.node(.call("@atLeast", [call.arguments[0], classified]))
  }

  static let function = FunctionDeclaration(
    "@atLeast",
    [
      Overload(
        "atLeast", [.int, .opaque(Classification.typeName, [.record(party)])], .bool,
        .lenient { arguments in
          guard case .value(.int(let wanted)) = arguments[0] else { return arguments[0] }
          guard case .value(.opaque(let opaque)) = arguments[1], let items = opaque as? Classification else {
            return arguments[1]
          }
          var sure: Int64 = 0
          var possible: Int64 = 0
          var needed: UnknownSet?
          for item in items.items {
            guard case .record(let record) = item.element, case .int(let share)? = record["share"] else {
              continue
            }
            switch item.outcome {
            case .value(.bool(true)):
              sure += share
              possible += share
            case .unknown(let facts):
              possible += share
              needed = needed?.union(facts) ?? facts
            case .error: return item.outcome
            default: break
            }
          }
          if sure >= wanted { return .value(.bool(true)) }
          if possible < wanted { return .value(.bool(false)) }
          return .unknown(needed ?? UnknownSet("holdings"))
        })
    ])

  static let holdings = RecordType(
    name: "Holdings", fields: [FieldDeclaration("parties", .list(.record(party)))])

  static let environment = Environment(
    variables: [FieldDeclaration("holdings", .record(holdings))], records: [holdings, party],
    functions: [function],
    macros: [atLeast])

  static func facts(_ parties: [(share: Int64, lists: [String]?)]) -> Activation {
    let records = parties.map { party in
      Value.record(
        Record(
          Self.party, path: "parties[]",
          slots: [party.lists.map { .list($0.map { .string($0) }) }, .int(party.share)]))
    }
    let holdings = Record(Self.holdings, path: "holdings", slots: [.list(records)])
    return Activation(for: environment, ["holdings": .record(holdings)])
  }

  @Test(
    "a macro can hand a function what a condition comes to for each element, unknowns included",
    arguments: [
      ([(30, ["sdn"]), (25, ["sdn"]), (45, [])], "true"),
      ([(30, ["sdn"]), (25, nil), (45, [])], "needs parties[].lists"),
      ([(30, ["sdn"]), (10, nil), (60, [])], "false"),
      ([(60, ["sdn"]), (10, nil)], "true"),
      ([], "false"),
    ] as [([(Int64, [String]?)], String)])
  func classification(_ parties: [(Int64, [String]?)], _ expected: String) throws {
    let program = try Self.environment.compile(
      "holdings.atLeast(50, p, \"sdn\" in p.lists)", expecting: .bool)
    let outcome = program.evaluate(Self.facts(parties.map { (share: $0.0, lists: $0.1) }))
    #expect(UnknownTests.summary(outcome) == expected)
    #expect(program.factPaths == ["holdings.parties", "holdings.parties[].lists"])
  }

  @Test("a macro reports what is wrong with its arguments, at their places")
  func faults() {
    do {
      _ = try Self.environment.compile("holdings.atLeast(0, p, \"sdn\" in p.list)")
      Issue.record("compiled")
    } catch {
      #expect(
        error.description == """
          1:18: error[macro]: a share of 0 % is none
          1 | holdings.atLeast(0, p, "sdn" in p.list)
            |                  ^
            = write 1 to 100
          """)
    }
    do {
      _ = try Self.environment.compile("holdings.atLeast(10, p, \"sdn\" in p.list)")
      Issue.record("compiled")
    } catch {
      #expect(error.diagnostics.map(\.remedy) == ["did you mean `lists`?"])
    }
  }

  @Test("a condition in a set is filed with its macro like any other")
  func inSet() throws {
    let programs = try [
      "holdings.atLeast(50, p, \"sdn\" in p.lists)", "holdings.atLeast(5, p, \"eu\" in p.lists)",
    ]
    .map { try Self.environment.compile($0) }
    let set = ProgramSet(programs, environment: Self.environment)
    var result = ProgramSet.Result()
    set.evaluate(Self.facts([(share: 60, lists: ["sdn"]), (share: 10, lists: nil)]), into: &result)
    #expect(result.matched == [0])
    #expect(result.unknown.map(\.facts.paths) == [["parties[].lists"]])
  }
}
