import Compliance
import Foundation
import Policy

/// Rules and the fact documents that they are judged on.
///
/// Rules are of four kinds in equal parts: a place among a few, a volume above a bound for a place among many, an
/// owner of a place with a share, an organisation's connection from a place by proxy or with a young account.
struct JudgeWorkload {
  /// A rule's id and its condition.
  struct Condition {
    let id: String
    let when: String
  }

  /// How many rules stand in one file.
  static let rulesPerFile = 500

  let rules: [Condition]
  let documents: [JSON]

  // MARK: Generated

  /// Generates a workload; the same numbers give the same one.
  init(rules: Int, documents: Int, seed: UInt64 = 1) {
    var random = SeededRandom(seed: seed)
    let countries = CountryTable.shared.all.map(\.code)
    self.rules = (0..<rules).map { Condition(id: "r\($0)", when: Self.condition($0, of: countries, &random)) }
    self.documents = (0..<documents).map { Self.document($0, of: countries, &random) }
  }

  private static func condition(_ number: Int, of countries: [String], _ random: inout SeededRandom) -> String {
    let country = countries[Int.random(in: countries.indices, using: &random)]
    func places(_ most: Int) -> String {
      let count = Int.random(in: 1...most, using: &random)
      let codes = countries.shuffled(using: &random).prefix(count).sorted()
      return "[" + codes.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }
    switch number % 4 {
    case 0: return "account.country in \(places(5))"
    case 1:
      let bound = Int.random(in: 1000..<100_000, using: &random)
      return "usage.exchanges_30d > \(bound) && account.country in \(places(49))"
    case 2:
      let share = [10, 25, 50][Int.random(in: 0..<3, using: &random)]
      return "account.owners.exists(o, o.country == \"\(country)\" && o.share >= \(share))"
    default:
      let days = Int.random(in: 1..<400, using: &random)
      return "account.kind == \"organization\" && network.country == \"\(country)\" "
        + "&& (network.proxy || account.age_days < \(days))"
    }
  }

  private static func document(_ number: Int, of countries: [String], _ random: inout SeededRandom) -> JSON {
    func country() -> JSON { .string(countries[Int.random(in: countries.indices, using: &random)]) }
    let owners = (0..<Int.random(in: 0..<6, using: &random)).map { owner in
      JSON.members([
        "name": .string("o\(owner)"), "country": country(), "share": .int(Int.random(in: 1..<60, using: &random)),
      ])
    }
    // Most accounts exchange little and a few very much: a Pareto distribution of shape 0.6.
    let volume = pow(Double.random(in: 0.000_001..<1, using: &random), -1 / 0.6) * 100
    return .members([
      "account": .members([
        "id": .string("a\(number)"), "kind": .string(Bool.random(using: &random) ? "individual" : "organization"),
        "country": country(), "age_days": .int(Int.random(in: 0..<1000, using: &random)), "owners": .array(owners),
      ]),
      "usage": .members(["exchanges_30d": .int(Int(volume) % 200_000)]),
      "network": .members([
        "country": country(), "proxy": .bool(Double.random(in: 0..<1, using: &random) < 0.05),
      ]),
    ])
  }

  // MARK: Files

  /// The names of the files that a workload is exchanged in.
  enum FileName {
    /// `[{"id": …, "cel": …}, …]`.
    static let rules = "rules.json"
    /// One document a line.
    static let documents = "accounts.ndjson"
    /// The ids of the rules that match, by the account's id.
    static let matches = "expected.json"
  }

  /// Reads a workload from ``FileName/rules`` and ``FileName/documents`` in a folder.
  init(folder: String) throws {
    func read(_ name: String) throws -> [UInt8] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        throw Failure(.input, "\(folder)/\(name) cannot be read: check the name and its permissions")
      }
      return Array(data)
    }
    func parse(_ bytes: some Sequence<UInt8>, _ name: String) throws -> JSON {
      do {
        return try JSON.parse(Array(bytes))
      } catch {
        throw Failure(.input, "\(folder)/\(name): not valid JSON: \(error). \(error.remedy)")
      }
    }
    rules = try (parse(read(FileName.rules), FileName.rules).elements ?? []).map { rule in
      guard let id = rule["id"]?.text, let when = rule["cel"]?.text else {
        throw Failure(.input, "\(folder)/\(FileName.rules): every rule needs an `id` and its condition as `cel`")
      }
      return Condition(id: id, when: when)
    }
    documents = try read(FileName.documents).split(separator: UInt8(ascii: "\n")).map {
      try parse($0, FileName.documents)
    }
    guard !rules.isEmpty, !documents.isEmpty else { throw Failure(.input, "\(folder) has no rules or no documents") }
  }

  /// Writes the workload into a folder, with the rules that match each document.
  func write(to folder: String, matches: [[String]]) throws {
    let rules = JSON.array(self.rules.map { .members(["id": .string($0.id), "cel": .string($0.when)]) })
    let expected = JSON.object(
      zip(documents, matches).map { JSON.Member($0["account"]?["id"]?.text ?? "", .strings($1)) })
    let lines = documents.map { $0.serialized + "\n" }.joined()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, text) in [
        (FileName.rules, rules.serialized), (FileName.documents, lines), (FileName.matches, expected.serialized),
      ] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
    } catch {
      throw Failure(.failed, "the workload cannot be written to \(folder): \(error)")
    }
  }

  // MARK: Policies

  /// The rules as policy files: the text of each, by its path.
  var policies: [(path: String, text: String)] {
    stride(from: 0, to: rules.count, by: Self.rulesPerFile).map { start in
      // Files are read in the order of their names, which is to be that of the rules.
      let name = "generated-\(100_000 + start)"
      var text = "policy: \(name)\ntitle: Generated rules\nowner: benchmark\nrules:\n"
      for (number, rule) in rules[start..<min(start + Self.rulesPerFile, rules.count)].enumerated() {
        text += """
            - id: \(rule.id)
              title: Generated rule \(rule.id)
              basis: policy
              citation: none, it is generated
              effective: [{from: 2020-01-01}]
              when: '\(rule.when.replacing("'", with: "''"))'
              verdict: \(number % 2 == 0 ? "review" : "deny")
              reason: "{account.id} meets the condition of \(rule.id)"

          """
      }
      return ("\(name).yaml", text)
    }
  }
}

/// A generator of numbers that gives the same ones for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
