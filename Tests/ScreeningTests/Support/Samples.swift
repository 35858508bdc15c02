import Seeded
import Compliance
import Foundation

@testable import Screening

/// Names and ways to spoil them.
enum Samples {
  static let given = """
    Vladimir Sergey Mohammad Ahmed Abdul Ali Hassan Yusuf Ivan Igor Elena Maria Jose Juan Kim Li Wei Chen Omar Khalid
    Ibrahim Abdullah Alexander Dmitry John Robert Reza Hossein Aung Min Jong Natalya Ben Abd
    """.split(whereSeparator: \.isWhitespace).map(String.init)
  static let family = """
    Putin Lavrov Rotenberg Khamenei Al-Assad Makhlouf Haqqani Rahman Qaddafi Lopez Gonzalez Rodriguez Wang Zhang Park
    Novak Kadyrov Timchenko Velayati Soleimani Barzani al-Tikriti Hussein bin-Laden O'Brien Zorvald Quennick
    """.split(whereSeparator: \.isWhitespace).map(String.init)
  static let words = """
    Ocean Star Gazprom Neft Trading Shipping Bank International Technology Electronics Mahan Air Rosoboron Export Almaz
    Zvezda Northern Pacific Petro Logistics Industries Group Holding Delta Aqsa Foundation 7 44 II III Fund Partners RT
    NPO PyAO Ltdd OiOO Al the
    """.split(whereSeparator: \.isWhitespace).map(String.init)
  static let forms = ["LLC", "Ltd.", "GmbH", "OOO", "JSC", "S.A. de C.V.", "Co., Ltd", "Limited Liability Company", ""]

  static func name(_ kind: ListEntry.Kind, _ random: inout SeededGenerator) -> String {
    if random.below(25) == 0 {
      return random.pick([
        "Al", "The Company", "Mr. Sheikh", "de la", "Abu", "GmbH", "习近平", "بشار الأسد", "Bashar al-Assad", "محمد", "RT",
        "7",
      ])
    }
    switch kind {
    case .person:
      let first = (0...random.below(3)).map { _ in random.pick(given) }.joined(separator: " ")
      let last = random.pick(family)
      switch random.below(4) {
      case 0: return "\(last.uppercased()), \(first)"
      case 1: return "\(first.prefix(1)). \(last)"
      default: return "\(first) \(last)"
      }
    default:
      let name = (0...random.below(3)).map { _ in random.pick(words) }.joined(separator: " ")
      return "\(name) \(random.pick(forms))"
    }
  }

  static func spoiled(_ name: String, _ random: inout SeededGenerator) -> String {
    var words = name.split(separator: " ").map(String.init)
    switch random.below(7) {
    case 0, 1:
      var letters = Array(name)
      let index = random.below(letters.count)
      switch random.below(3) {
      case 0: letters.remove(at: index)
      case 1: letters.insert("k", at: index)
      default: letters[index] = "e"
      }
      return String(letters)
    case 2:
      words.shuffle(using: &random)
      return words.joined(separator: " ")
    case 3: return words.joined()
    case 4:
      if words.count > 1 { words.remove(at: random.below(words.count)) }
      return words.joined(separator: " ")
    case 5: return words.map { $0.count > 3 ? String($0.prefix(2)) + " " + $0.dropFirst(2) : $0 }.joined(separator: " ")
    default: return name
    }
  }

  static func entries(_ count: Int, _ random: inout SeededGenerator) -> [ListEntry] {
    (0..<count).map { number in
      let kind = random.pick([.person, .person, .organization, .organization, .vessel, .unknown] as [ListEntry.Kind])
      let names = (0...random.below(3)).map { index in
        let read: ListEntry.Kind = kind == .unknown ? random.pick([.person, .organization]) : kind
        return ListEntry.Name(name(read, &random), quality: index > 0 && random.below(3) == 0 ? .weak : .strong)
      }
      var entry = ListEntry(id: "\(number)", kind: kind, names: names)
      if random.below(3) == 0, let day = CalendarDate(year: 1950 + random.below(50), month: 1, day: 1) {
        entry.birthDates = [.init(earliest: day, latest: day)]
      }
      if random.below(3) == 0 { entry.countries = [random.pick(CountryTable.shared.all)] }
      if random.below(6) == 0 { entry.identifiers = [.init(kind: "passport", value: "P-\(10_000 + random.below(50))")] }
      return entry
    }
  }
}

/// What lies beside the repository, where it does.
enum Shared {
  static func text(_ path: String) -> String? {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let url = root.deletingLastPathComponent().appendingPathComponent("shared/\(path)")
    guard let data = FileManager.default.contents(atPath: url.path) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// RFC 4180.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var quoted = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): quoted.toggle()
      case UInt8(ascii: ",") where !quoted:
        row.append(String(decoding: field, as: UTF8.self))
        field = []
      case UInt8(ascii: "\n") where !quoted:
        rows.append(row + [String(decoding: field, as: UTF8.self)])
        row = []
        field = []
      case UInt8(ascii: "\r"): break
      default: field.append(byte)
      }
    }
    return rows
  }
}
