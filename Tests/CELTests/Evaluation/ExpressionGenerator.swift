import Seeded
import CEL

/// Makes well-typed expressions over a small schema, and facts for them.
struct ExpressionGenerator {
  enum Kind: CaseIterable {
    case bool, int, double, string, ints, strings
  }

  static let party = RecordType(
    name: "P",
    fields: [
      FieldDeclaration("country", .string), FieldDeclaration("share", .int), FieldDeclaration("ok", .bool),
      FieldDeclaration("lists", .list(.string)),
    ])

  static let account = RecordType(
    name: "A",
    fields: [
      FieldDeclaration("country", .string), FieldDeclaration("age", .int), FieldDeclaration("vip", .bool),
      FieldDeclaration("tags", .list(.string)), FieldDeclaration("rate", .double),
      FieldDeclaration("sizes", .list(.int)), FieldDeclaration("owners", .list(.record(party))),
    ])

  static let environment = Environment(
    variables: [
      FieldDeclaration("a", .record(account)), FieldDeclaration("ps", .list(.record(party))),
      FieldDeclaration("b", .bool), FieldDeclaration("i", .int), FieldDeclaration("j", .int),
      FieldDeclaration("d", .double), FieldDeclaration("s", .string), FieldDeclaration("t", .string),
      FieldDeclaration("li", .list(.int)), FieldDeclaration("ls", .list(.string)),
    ],
    records: [party, account])

  var random: SeededGenerator
  /// Whether comprehensions over facts are made; without them the unknowns named are all that is needed.
  var hasComprehensions = true
  private var scope: [(name: String, kind: Kind)] = []
  private var parties: [String] = []
  private var counter = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  // MARK: Expressions

  mutating func expression(_ kind: Kind = .bool, depth: Int = 4) -> String {
    if depth <= 0 || random.chance(15) { return leaf(kind) }
    switch kind {
    case .bool: return condition(depth - 1)
    case .int:
      switch random.below(8) {
      case 0:
        return
          "(\(expression(.int, depth: depth - 1)) \(random.pick(["+", "-", "*", "/", "%"])) \(expression(.int, depth: depth - 1)))"
      case 1: return "size(\(expression(random.pick([.string, .ints, .strings]), depth: depth - 1)))"
      case 2: return conditional(.int, depth - 1)
      case 3: return "\(expression(.ints, depth: depth - 1))[\(random.below(3))]"
      case 4: return bind(.int, depth - 1)
      case 5:
        return
          "optional.of(\(expression(.int, depth: depth - 1))).orValue(\(expression(.int, depth: depth - 1)))"
      default: return leaf(.int)
      }
    case .double:
      return random.chance(50)
        ? leaf(.double)
        : "(\(expression(.double, depth: depth - 1)) \(random.pick(["+", "-", "*", "/"])) \(expression(.double, depth: depth - 1)))"
    case .string:
      switch random.below(4) {
      case 0: return "(\(expression(.string, depth: depth - 1)) + \(expression(.string, depth: depth - 1)))"
      case 1: return conditional(.string, depth - 1)
      case 2: return "string(\(expression(.int, depth: depth - 1)))"
      default: return leaf(.string)
      }
    case .ints:
      switch random.below(4) {
      case 0: return "[\(expression(.int, depth: depth - 1)), \(expression(.int, depth: depth - 1))]"
      case 1 where hasComprehensions: return list(.ints, "filter", depth - 1)
      case 2 where hasComprehensions: return list(.ints, "map", depth - 1)
      default: return leaf(.ints)
      }
    case .strings:
      return random.chance(60)
        ? leaf(.strings) : "[\(expression(.string, depth: depth - 1)), \(leaf(.string))]"
    }
  }

  private mutating func condition(_ depth: Int) -> String {
    switch random.below(hasComprehensions ? 16 : 11) {
    case 0, 1: return "(\(expression(depth: depth)) && \(expression(depth: depth)))"
    case 2, 3: return "(\(expression(depth: depth)) || \(expression(depth: depth)))"
    case 4: return "!\(expression(depth: depth))"
    case 5: return conditional(.bool, depth)
    case 6: return relation(.int, depth)
    case 7: return relation(random.pick([.double, .string]), depth)
    case 8:
      let kind = random.pick([Kind.int, .string, .bool, .ints, .strings])
      return
        "(\(expression(kind, depth: depth)) \(random.pick(["==", "!="])) \(expression(kind, depth: depth)))"
    case 9: return "(\(expression(.string, depth: depth)) in [\(literals(.string))])"
    case 10: return "(\(expression(.int, depth: depth)) in \(expression(.ints, depth: depth)))"
    case 11: return partyTest(depth)
    case 12: return partyTest(depth)
    case 13: return listTest(depth)
    case 14: return bind(.bool, depth)
    default:
      return
        "\(expression(.string, depth: depth)).\(random.pick(["startsWith", "contains", "matches"]))(\(random.pick(["'a'", "'b'", "''"])))"
    }
  }

  private mutating func relation(_ kind: Kind, _ depth: Int) -> String {
    "(\(expression(kind, depth: depth)) \(random.pick(["<", "<=", ">", ">=", "=="])) \(expression(kind, depth: depth)))"
  }

  private mutating func conditional(_ kind: Kind, _ depth: Int) -> String {
    "(\(expression(depth: depth)) ? \(expression(kind, depth: depth)) : \(expression(kind, depth: depth)))"
  }

  private mutating func fresh() -> String {
    counter += 1
    return "v\(counter)"
  }

  private mutating func bind(_ kind: Kind, _ depth: Int) -> String {
    let bound = random.pick(Kind.allCases)
    let name = fresh()
    let value = expression(bound, depth: depth)
    scope.append((name, bound))
    defer { scope.removeLast() }
    return "cel.bind(\(name), \(value), \(expression(kind, depth: depth)))"
  }

  private mutating func partyTest(_ depth: Int) -> String {
    let name = fresh()
    let range = random.pick(["ps", "a.owners"])
    parties.append(name)
    defer { parties.removeLast() }
    let macro = random.pick(["exists", "all", "exists_one", "exists"])
    return "\(range).\(macro)(\(name), \(expression(depth: depth)))"
  }

  private mutating func listTest(_ depth: Int) -> String {
    let kind = random.pick([Kind.ints, .strings])
    let range = expression(kind, depth: depth)
    let name = fresh()
    scope.append((name, kind == .ints ? .int : .string))
    defer { scope.removeLast() }
    return "\(range).\(random.pick(["exists", "all", "exists_one"]))(\(name), \(expression(depth: depth)))"
  }

  private mutating func list(_ kind: Kind, _ macro: String, _ depth: Int) -> String {
    let range = expression(kind, depth: depth)
    let name = fresh()
    scope.append((name, .int))
    defer { scope.removeLast() }
    return "\(range).\(macro)(\(name), \(expression(macro == "map" ? .int : .bool, depth: depth)))"
  }

  private mutating func literals(_ kind: Kind) -> String {
    (0...random.below(3)).map { _ in literal(kind) }.joined(separator: ", ")
  }

  private mutating func literal(_ kind: Kind) -> String {
    switch kind {
    case .bool: random.pick(["true", "false"])
    case .int: random.pick(["0", "1", "2", "-1", "3", "9223372036854775807"])
    case .double: random.pick(["0.0", "1.0", "2.5", "-1.0"])
    case .string: random.pick(["'a'", "'b'", "'c'", "''", "'ab'"])
    case .ints: "[\(literals(.int))]"
    case .strings: "[\(literals(.string))]"
    }
  }

  private mutating func leaf(_ kind: Kind) -> String {
    let local = scope.filter { $0.kind == kind }
    if !local.isEmpty, random.chance(50) { return random.pick(local).name }
    if let party = parties.last, random.chance(60) {
      switch kind {
      case .bool: return "\(party).ok"
      case .int: return "\(party).share"
      case .string: return "\(party).country"
      case .strings: return "\(party).lists"
      default: break
      }
    }
    if random.chance(25) { return literal(kind) }
    switch kind {
    case .bool: return random.pick(["b", "a.vip"])
    case .int: return random.pick(["i", "j", "a.age"])
    case .double: return random.pick(["d", "a.rate"])
    case .string: return random.pick(["s", "t", "a.country"])
    case .ints: return random.pick(["li", "a.sizes"])
    case .strings: return random.pick(["ls", "a.tags"])
    }
  }

  // MARK: Facts

  mutating func value(_ type: CELType) -> Value {
    switch type {
    case .bool: return .bool(random.chance(50))
    case .int: return .int(random.pick([0, 1, 2, -1, 3, 3, 2, 1, .max]))
    case .double: return .double(random.pick([0, 1, 2.5, -1]))
    case .string: return .string(random.pick(["a", "b", "c", "", "ab"]))
    case .list(let element): return .list((0..<random.below(4)).map { _ in value(element) })
    case .record(let type): return record(type, absent: 0)
    default: return .null
    }
  }

  mutating func record(_ type: RecordType, absent percent: Int) -> Value {
    let slots = type.fields.map { field -> Value? in
      if random.chance(percent) { return nil }
      guard case .list(.record(let inner)) = field.type else { return value(field.type) }
      return .list((0..<random.below(3)).map { _ in record(inner, absent: percent) })
    }
    return .record(Record(type, path: type === Self.account ? "a" : "ps[]", slots: slots))
  }

  /// Facts of which so many of a hundred are absent.
  mutating func facts(absent percent: Int) -> Activation {
    var facts = Activation(for: Self.environment)
    for (slot, variable) in Self.environment.variables.enumerated() where !random.chance(percent) {
      switch variable.type {
      case .record(let type): facts[slot] = record(type, absent: percent)
      case .list(.record(let type)):
        facts[slot] = .list((0..<random.below(4)).map { _ in record(type, absent: percent) })
      default: facts[slot] = value(variable.type)
      }
    }
    return facts
  }

  /// The same facts with absent ones filled in: all, or those whose paths are given.
  mutating func completed(_ facts: Activation, only paths: Set<String>? = nil) -> Activation {
    var completed = facts
    for (slot, variable) in Self.environment.variables.enumerated() {
      if let present = facts[slot] {
        completed[slot] = filled(present, only: paths)
      } else if paths?.contains(variable.name) ?? true {
        completed[slot] = value(variable.type)
      }
    }
    return completed
  }

  private mutating func filled(_ value: Value, only paths: Set<String>?) -> Value {
    switch value {
    case .list(let list): return .list(list.map { filled($0, only: paths) })
    case .record(let record):
      var slots = record.slots
      for (slot, field) in record.type.fields.enumerated() {
        if let present = slots[slot] {
          slots[slot] = filled(present, only: paths)
        } else if paths?.contains("\(record.path).\(field.name)") ?? true {
          slots[slot] = self.value(field.type)
        }
      }
      return .record(Record(record.type, path: record.path, slots: slots))
    default: return value
    }
  }
}
