/// The character classes that have names: Perl's, POSIX's, and the Unicode general categories.
///
/// Source: RE2 syntax, "Perl character classes", "ASCII character classes", "Unicode character class
/// names".
enum NamedClasses {
  /// `\d`: the ASCII digits.
  static let digit = ScalarSet([0x30...0x39])
  /// `\s`: the ASCII white space of Perl, without the vertical tab.
  static let space = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  /// `\w`: ASCII letters, digits and the underscore.
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  /// `.` without the flag `s`.
  static let notNewline = ScalarSet(scalar: 0x0A).inverted

  /// The set of `\d`, `\s`, `\w` and their negations, by the letter.
  static func perl(_ letter: UInt32) -> ScalarSet? {
    switch letter {
    case 0x64: digit
    case 0x44: digit.inverted
    case 0x73: space
    case 0x53: space.inverted
    case 0x77: word
    case 0x57: word.inverted
    default: nil
    }
  }

  /// The set of `[:name:]`.
  static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A])
    case "ascii": ScalarSet([0x00...0x7F])
    case "blank": ScalarSet([0x09...0x09, 0x20...0x20])
    case "cntrl": ScalarSet([0x00...0x1F, 0x7F...0x7F])
    case "digit": digit
    case "graph": ScalarSet([0x21...0x7E])
    case "lower": ScalarSet([0x61...0x7A])
    case "print": ScalarSet([0x20...0x7E])
    case "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "space": ScalarSet([0x09...0x0D, 0x20...0x20])
    case "upper": ScalarSet([0x41...0x5A])
    case "word": word
    case "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    default: nil
    }
  }

  /// The set of `\p{name}`: a general category, a script, or `Any`.
  static func unicode(_ name: String) -> ScalarSet? {
    if name == "Any" { return .all }
    return categories[name] ?? UnicodeScripts.byName[name]
  }

  /// Sets by general category (`Lu`) and by its first letter (`L`), from the tables of the Swift library.
  private static let categories: [String: ScalarSet] = {
    var ranges: [String: [ClosedRange<UInt32>]] = [:]
    // Planes 4 to 13 are unassigned and 15 and 16 are for private use; walking them would only cost time.
    for span in [0...0x3FFFF, 0xE0000...0xE0FFF] as [ClosedRange<UInt32>] {
      for value in span {
        guard let name = abbreviation(value) else { continue }
        if let last = ranges[name]?.last, last.upperBound &+ 1 == value {
          ranges[name]?.removeLast()
          ranges[name]?.append(last.lowerBound...value)
        } else {
          ranges[name, default: []].append(value...value)
        }
      }
    }
    ranges["Co", default: []] += [0xF0000...0xFFFFD, 0x100000...0x10FFFD]
    var sets: [String: ScalarSet] = [:]
    for (name, list) in ranges { sets[name] = ScalarSet(list) }
    for letter in ["C", "L", "M", "N", "P", "S", "Z"] {
      sets[letter] = ScalarSet(ranges.filter { $0.key.hasPrefix(letter) }.flatMap(\.value))
    }
    return sets
  }()

  /// The two-letter name of a scalar's category; nil for unassigned ones, which RE2 gives no name.
  private static func abbreviation(_ value: UInt32) -> String? {
    guard let scalar = Unicode.Scalar(value) else { return "Cs" }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter: return "Lu"
    case .lowercaseLetter: return "Ll"
    case .titlecaseLetter: return "Lt"
    case .modifierLetter: return "Lm"
    case .otherLetter: return "Lo"
    case .nonspacingMark: return "Mn"
    case .spacingMark: return "Mc"
    case .enclosingMark: return "Me"
    case .decimalNumber: return "Nd"
    case .letterNumber: return "Nl"
    case .otherNumber: return "No"
    case .connectorPunctuation: return "Pc"
    case .dashPunctuation: return "Pd"
    case .openPunctuation: return "Ps"
    case .closePunctuation: return "Pe"
    case .initialPunctuation: return "Pi"
    case .finalPunctuation: return "Pf"
    case .otherPunctuation: return "Po"
    case .mathSymbol: return "Sm"
    case .currencySymbol: return "Sc"
    case .modifierSymbol: return "Sk"
    case .otherSymbol: return "So"
    case .spaceSeparator: return "Zs"
    case .lineSeparator: return "Zl"
    case .paragraphSeparator: return "Zp"
    case .control: return "Cc"
    case .format: return "Cf"
    case .surrogate: return "Cs"
    case .privateUse: return "Co"
    case .unassigned: return nil
    @unknown default: return nil
    }
  }
}
