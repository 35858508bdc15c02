import CEL
import Compliance
import Testing

@testable import Policy

/// What findings claim, tried with the judge on many generated facts over few values, so that whatever can happen does.
@Suite("Findings")
struct FindingsPropertyTests {
  private static let dates = [
    "2019-06-01", "2020-01-01", "2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01", "2026-12-31",
  ]
  .compactMap { CalendarDate($0) }

  /// What a ruleset's conditions come to on one account on one day.
  private struct Ruled {
    let date: CalendarDate
    let matched: Set<String>
    /// Unknown or failed.
    let undecided: Set<String>
  }

  @Test("hold on all facts: what never matches never does, and what adds nothing never matches alone")
  func soundness() throws {
    var claims = (never: 0, always: 0, needless: 0, dead: 0, matched: 0, needlessMatched: 0)
    for seed in 0..<UInt64(40) {
      var generator = FindingsGenerator(seed: seed)
      let source = generator.source(rules: 40)
      let ruleset = try Ruleset(source)
      var reader = RulesetReader(facts: nil)
      reader.read(source.files)
      reader.check()
      let findings = RulesetFindings(reader).all.map(\.message)
      claims.dead += try Self.tryDeadAlternatives(reader, ruleset, &generator)
      let ruled = try Self.rulings(of: ruleset, &generator)
      for rule in ruleset.rules {
        let mine = findings.filter { $0.hasPrefix("`\(rule.id)` ") }
        for (index, window) in rule.effective.enumerated() {
          let within = ruled.filter { window.contains($0.date) }
          if mine.contains(where: {
            $0.hasPrefix("`\(rule.id)` can never match: ")
              || $0.hasPrefix("`\(rule.id)` can never match in its window \(window.description): ")
          }) {
            claims.never += 1
            #expect(!within.contains { $0.matched.contains(rule.id) }, "seed \(seed), window \(index): \(rule.when)")
          }
          if mine.contains(where: { $0.contains("matches whatever") }) {
            claims.always += 1
            #expect(
              within.allSatisfy { $0.matched.contains(rule.id) || $0.undecided.contains(rule.id) },
              "seed \(seed): \(rule.when)")
          }
        }
        guard let needless = mine.first(where: { $0.contains(" adds nothing: ") }),
          let other = needless.split(separator: "`", omittingEmptySubsequences: false).dropFirst(3).first.map(
            String.init)
        else { continue }
        claims.needless += 1
        let text = "seed \(seed): \(rule.when) beside \(ruleset.rules.first { $0.id == other }?.when ?? "")"
        for one in ruled {
          if one.matched.contains(rule.id) {
            claims.needlessMatched += 1
            #expect(one.matched.contains(other), "\(text)")
          } else if one.undecided.contains(rule.id) {
            #expect(one.matched.contains(other) || one.undecided.contains(other), "\(text)")
          }
        }
      }
      claims.matched += ruled.reduce(0) { $0 + $1.matched.count }
    }
    #expect(claims.never > 60 && claims.always > 20 && claims.needless > 200 && claims.dead > 20, "\(claims)")
    #expect(claims.matched > 50_000 && claims.needlessMatched > 5_000, "\(claims)")
  }

  /// Evaluates alternatives that never hold on their own; those that are about elements are left out.
  private static func tryDeadAlternatives(
    _ reader: RulesetReader, _ ruleset: Ruleset, _ generator: inout FindingsGenerator
  ) throws -> Int {
    let edition = ruleset.edition(on: dates[0])
    var timelines = RuleTimelines(reader, try #require(reader.compiled.first).condition.environment)
    var count = 0
    for (number, rule) in ruleset.rules.enumerated() {
      for part in timelines.deadParts(number) {
        let alternative = rule.when.excerpt(ofBytes: part.range)
        guard !alternative.contains("as_of"), !alternative.contains("countries."),
          let program = try? edition.environment.compile(alternative, expecting: .bool)
        else { continue }
        count += 1
        for _ in 0..<20 {
          let facts = Facts(try Submission.decode(generator.submission()))
          let activation = edition.schema.activation(of: facts, asOf: dates[0], for: edition.environment)
          if case .value(.bool(true)) = program.evaluate(activation) { Issue.record("\(alternative)") }
        }
      }
    }
    return count
  }

  private static func rulings(of ruleset: Ruleset, _ generator: inout FindingsGenerator) throws -> [Ruled] {
    var rulings: [Ruled] = []
    for _ in 0..<30 {
      let facts = Facts(try Submission.decode(generator.submission()))
      for date in dates {
        let edition = ruleset.edition(on: date)
        let activation = edition.schema.activation(of: facts, asOf: date, for: edition.environment)
        var (matched, undecided): (Set<String>, Set<String>) = ([], [])
        for entry in edition.compiled {
          switch entry.condition.evaluate(activation) {
          case .value(.bool(true)): matched.insert(entry.rule.id)
          case .value: break
          case .unknown, .error: undecided.insert(entry.rule.id)
          }
        }
        var ruling = Ruling()
        edition.decide(activation, into: &ruling)
        #expect(Set(ruling.matched) == matched)
        rulings.append(Ruled(date: date, matched: matched, undecided: undecided))
      }
    }
    return rulings
  }
}

/// Generates conditions over few facts with few values, and the facts.
struct FindingsGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D &+ 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
  private mutating func one(of texts: [String]) -> String { texts[below(texts.count)] }

  // MARK: Rules

  mutating func source(rules count: Int) -> RulesetSource {
    let list = """
      countries: listed
      title: Listed
      entries:
        - places: [CU]
          effective: [{from: 2020-01-01}]
        - places: [SY]
          effective: [{from: 2020-01-01, until: 2025-07-01}]

      """
    let other = """
      countries: others
      title: Others
      entries:
        - places: [SY]
          effective: [{from: 2020-01-01}]
        - places: [CU]
          effective: [{from: 2025-01-01}]

      """
    let rules = (0..<count).map { rule($0) }
    return RulesetSource(files: [
      SourceFile(path: "listed.yaml", text: list), SourceFile(path: "others.yaml", text: other),
      SourceFile(path: "policy.yaml", text: "policy: p\ntitle: T\nowner: o\nrules:\n" + rules.joined()),
    ])
  }

  private mutating func rule(_ number: Int) -> String {
    let windows = [
      "[{from: 2019-01-01}]", "[{from: 2020-01-01}]", "[{}]", "[{until: 2025-01-01}, {from: 2025-01-01}]",
      "[{from: 2020-01-01, until: 2025-07-01}]",
    ]
    return """
        - id: r\(number)
          title: Generated
          basis: policy
          citation: none
          effective: \(one(of: windows))
          when: '\(condition(below(4)))'
          verdict: \(one(of: ["review", "deny", "deny"]))
          reason: because

      """
  }

  private mutating func condition(_ depth: Int) -> String {
    guard depth > 0 else { return atom() }
    let (first, second) = (condition(depth - 1), condition(below(depth)))
    switch below(8) {
    case 0...3: return "(\(first) && \(second))"
    case 4, 5: return "(\(first) || \(second))"
    case 6: return "!(\(first))"
    default: return "(\(atom()) ? \(first) : \(second))"
    }
  }

  private mutating func country() -> String { one(of: ["CU", "SY", "US"]) }
  private mutating func relation() -> String { one(of: ["<", "<=", ">", ">=", "==", "!="]) }

  private mutating func atom() -> String {
    switch below(14) {
    case 0: return "account.kind \(one(of: ["==", "!="])) \"\(one(of: ["individual", "organization"]))\""
    case 1: return "account.payment.country \(one(of: ["==", "!="])) \"\(country())\""
    case 2: return "account.payment.country in [\"\(country())\", \"\(country())\"]"
    case 3: return "account.payment.country in countries.\(one(of: ["listed", "others"]))"
    case 4: return "has(account.\(one(of: ["payment.country", "network.asn", "network", "kind"])))"
    case 5: return "account.network.proxy"
    case 6: return "account.network.asn \(relation()) \(below(3))"
    case 7: return "size(parties) \(relation()) \(below(3))"
    case 8:
      return "as_of \(one(of: ["<", ">=", ">"])) timestamp(\"\(one(of: ["2020-01-01", "2025-01-01"]))T00:00:00Z\")"
    case 9:
      return "account.payment.country \(one(of: ["==", "!=", "<", ">="])) account.network.country"
    case 10: return "\"\(country())\" in account.citizenships"
    case 11: return "interests.\(quantifier())(i, \(bodyOfInterest()))"
    default: return "parties.\(quantifier())(p, \(bodyOfParty(below(3))))"
    }
  }

  private mutating func quantifier() -> String { one(of: ["exists", "exists", "all", "exists_one"]) }

  private mutating func bodyOfInterest() -> String {
    let bound = { (number: Int) in "\(number).0" }
    let first = "i.share \(relation()) \(bound(below(3) * 50))"
    return below(2) == 0 ? first : "\(first) \(one(of: ["&&", "||"])) i.share \(relation()) \(bound(below(3) * 50))"
  }

  private mutating func bodyOfParty(_ depth: Int) -> String {
    if depth > 0 {
      let (first, second) = (bodyOfParty(depth - 1), bodyOfParty(0))
      return one(of: ["(\(first) && \(second))", "(\(first) || \(second))", "!(\(first))"])
    }
    switch below(6) {
    case 0: return "p.kind == \"\(one(of: ["individual", "organization"]))\""
    case 1: return "has(p.country)"
    case 2: return "p.country == account.payment.country"
    case 3: return "account.network.proxy"
    case 4: return "parties.exists(q, q.country == p.country && q.kind != p.kind)"
    default: return "p.country in [\"\(country())\", \"\(country())\"]"
    }
  }

  // MARK: Submissions

  mutating func submission() -> JSON {
    func maybe(_ value: JSON) -> JSON? { below(5) == 0 ? nil : value }
    func kind() -> JSON { .string(one(of: ["individual", "organization"])) }
    let isTold = below(5) > 0
    let parties = (0..<(isTold ? below(4) : 0)).map { number in
      JSON.members(["id": .string("p\(number)"), "kind": maybe(kind()), "country": maybe(.string(country()))])
    }
    let interests = (0..<min(parties.count, below(3))).map { number in
      JSON.members([
        "subject": .string("account"), "interested_party": .string("p\(number)"),
        "share": maybe(.int([0, 25, 50, 75, 100][below(5)])),
      ])
    }
    return .members([
      "id": .string("a"), "kind": maybe(kind()), "citizenships": maybe(.array([.string(country())])),
      "payment": maybe(.members(["country": maybe(.string(country()))])),
      "network": maybe(
        .members([
          "country": maybe(.string(country())), "proxy": maybe(.bool(below(2) == 0)), "asn": maybe(.int(below(4))),
        ])), "parties": isTold ? .array(parties) : nil, "interests": maybe(.array(interests)),
    ])
  }
}
