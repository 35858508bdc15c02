import Foundation

/// A country or territory: an ISO 3166-1 alpha-2 code (or XK), held as a small integer.
public struct Country: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// `26 * (first letter - A) + (second letter - A)`, below 676.
  public let index: UInt16

  fileprivate init(index: UInt16) { self.index = index }

  /// The alpha-2 code, `DE`.
  public var code: String {
    String(decoding: [UInt8(index / 26) + 65, UInt8(index % 26) + 65], as: UTF8.self)
  }

  /// The alpha-2 code.
  public var description: String { code }

  /// The name that the table has for it, `Germany`.
  public var name: String { CountryTable.shared.names[self] ?? code }

  /// Orders by code.
  public static func < (left: Country, right: Country) -> Bool { left.index < right.index }

  /// A country from what a person or a program wrote: an alpha-2 or alpha-3 code in any case, or a name in
  /// common use, in whatever accents and punctuation. `nil` when the table has no such place; no guess is made,
  /// since a wrong country is worse than a question.
  public init?(_ text: String) {
    guard let country = CountryTable.shared.country(for: text) else { return nil }
    self = country
  }
}

/// ISO 3166-1 with names, and the subdivisions (ISO 3166-2) of the countries in which rules tell regions apart.
/// Read once from `Resources/countries.csv` and `Resources/subdivisions.csv`, which are built into the program.
public struct CountryTable: Sendable {
  /// The table.
  public static let shared = CountryTable()

  /// The name of each country.
  public let names: [Country: String]
  /// Every country of the table, by code.
  public let all: [Country]

  private let byKey: [String: Country]
  private let byCallingCode: [String: [Country]]
  private let subdivisions: [String: String]
  private let subdividedCountries: Set<Country>

  private init() {
    var names: [Country: String] = [:]
    var byKey: [String: Country] = [:]
    var byCallingCode: [String: [Country]] = [:]
    for row in CountryTable.rows(of: PackageResources.countries_csv) where row.count == 5 {
      guard let country = CountryTable.packed(row[0]) else { continue }
      names[country] = row[2]
      for name in [row[0], row[1], row[2]] + row[4].split(separator: ";").map(String.init) {
        byKey[CountryTable.key(name)] = country
      }
      for code in row[3].split(separator: " ") { byCallingCode[String(code), default: []].append(country) }
    }
    self.names = names
    all = names.keys.sorted()
    self.byKey = byKey
    self.byCallingCode = byCallingCode
    let regions = CountryTable.rows(of: PackageResources.subdivisions_csv).filter { $0.count == 2 }
    subdivisions = Dictionary(regions.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    subdividedCountries = Set(regions.compactMap { CountryTable.packed(String($0[0].prefix(2))) })
  }

  func country(for text: String) -> Country? {
    let utf8 = text.utf8
    if utf8.count == 2, let country = CountryTable.packed(text), names[country] != nil { return country }
    guard utf8.count >= 2, utf8.count <= 100 else { return nil }
    return byKey[CountryTable.key(text)]
  }

  /// The countries that an international telephone number (`+49 30 …`) may belong to, by the longest calling
  /// code that it begins with; several where they share one (`+1`, `+7`, `+44`), none when it is no such number.
  public func countries(forPhone number: String) -> [Country] {
    guard number.utf8.first == UInt8(ascii: "+") else { return [] }
    let digits = number.utf8.filter { (0x30...0x39).contains($0) }
    for length in stride(from: 4, through: 1, by: -1) where digits.count > length {
      if let countries = byCallingCode[String(decoding: digits.prefix(length), as: UTF8.self)] { return countries }
    }
    return []
  }

  /// How a subdivision code stands to the table.
  package enum SubdivisionStanding {
    case known
    case malformed
    case unknown([String])
  }

  /// Checks an upper-case code such as `UA-43` against the form of ISO 3166-2 and, for the countries that the
  /// table subdivides, against their codes.
  package func standing(of code: String) -> SubdivisionStanding {
    let parts = code.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 2, (1...3).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }),
      let country = CountryTable.packed(String(parts[0])), names[country] != nil
    else { return .malformed }
    guard subdividedCountries.contains(country), subdivisions[code] == nil else { return .known }
    return .unknown(subdivisions.keys.filter { $0.hasPrefix(parts[0]) }.sorted())
  }

  /// The name of a subdivision, where the table has it.
  public func subdivisionName(_ code: String) -> String? { subdivisions[code] }

  private static func packed(_ text: String) -> Country? {
    let letters = text.utf8.map { $0 & 0xDF }
    guard letters.count == 2, letters.allSatisfy({ (65...90).contains($0) }),
      text.utf8.allSatisfy({ $0 >= 65 })
    else { return nil }
    return Country(index: UInt16(letters[0] - 65) * 26 + UInt16(letters[1] - 65))
  }

  /// Folds a name for exact look-up: compatibility decomposition without marks, lower case, letters and digits
  /// only, "&" as "and", no leading "the". Never a substring: "Niger" is not "Nigeria".
  private static func key(_ text: String) -> String {
    let decomposed = text.utf8.allSatisfy { $0 < 0x80 } ? text : text.decomposedStringWithCompatibilityMapping
    var key = ""
    for scalar in decomposed.lowercased().unicodeScalars {
      if scalar == "&" {
        key += "and"
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        key.unicodeScalars.append(scalar)
      }
    }
    return key.hasPrefix("the") && key.utf8.count > 5 ? String(key.dropFirst(3)) : key
  }

  private static func rows(of bytes: [UInt8]) -> [[String]] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst()
      .map(fields(of:))
  }

  // RFC 4180 within one line: a field with a comma stands in double quotes.
  private static func fields(of line: Substring) -> [String] {
    var fields = [""]
    var quoted = false
    for character in line {
      switch character {
      case "\"": quoted.toggle()
      case "," where !quoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
