import Screening

/// Makes many entries of a few, by changing their names.
///
/// An entry of the lists is taken at random and each of its names changed once or twice: a word exchanged for one of
/// another name of the same kind (45 in 100), added from one (15), left out (10), misspelt by a letter (15), or exchanged
/// for a word that is coined of the halves of two (15). So words stay as frequent as they are, and new ones come up as
/// they do when lists grow.
struct NameVariation {
  private let entries: [ListEntry]
  // The words of all names of a kind, as often as they occur.
  private var pools: [ListEntry.Kind: [String]] = [:]

  init(_ entries: [ListEntry]) {
    self.entries = entries
    for entry in entries {
      for name in entry.names { pools[entry.kind, default: []] += Self.words(name.text) }
    }
  }

  /// Entries that have so many names together.
  mutating func entries(names count: Int, _ random: inout SeededRandom) -> [ListEntry] {
    var grown: [ListEntry] = []
    var left = count
    while left > 0 {
      let source = entries[Int.random(in: entries.indices, using: &random)]
      let pool = pools[source.kind] ?? []
      let names = source.names.prefix(left).map { name in
        ListEntry.Name(varied(name.text, pool, &random), quality: name.quality)
      }
      left -= names.count
      grown.append(ListEntry(id: "grown-\(grown.count)", kind: source.kind, names: names))
    }
    return grown
  }

  private func varied(_ name: String, _ pool: [String], _ random: inout SeededRandom) -> String {
    var words = Self.words(name)
    guard !words.isEmpty, !pool.isEmpty else { return name }
    func other() -> String { pool[Int.random(in: pool.indices, using: &random)] }
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let index = Int.random(in: words.indices, using: &random)
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<45: words[index] = other()
      case 45..<60: words.insert(other(), at: index)
      case 60..<70 where words.count > 2: words.remove(at: index)
      case 70..<85: words[index] = Self.misspelt(words[index], &random)
      default:
        let (head, tail) = (other(), other())
        words[index] = String(head.prefix((head.count + 1) / 2) + tail.suffix(tail.count / 2))
      }
    }
    return words.joined(separator: " ")
  }

  /// The words of a name between blanks, without commas.
  static func words(_ name: String) -> [String] { name.split { $0 == " " || $0 == "," }.map(String.init) }

  /// The word with a letter exchanged with the next, replaced, left out or doubled.
  static func misspelt(_ word: String, _ random: inout SeededRandom) -> String {
    var letters = Array(word)
    guard letters.count > 1 else { return word }
    let index = Int.random(in: 0..<(letters.count - 1), using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0 where letters[index] != letters[index + 1]: letters.swapAt(index, index + 1)
    case 1: letters.remove(at: index)
    case 2: letters.insert(letters[index], at: index)
    default:
      let others = "abcdefghijklmnopqrstuvwxyz".filter { String($0) != letters[index].lowercased() }
      letters[index] = others.randomElement(using: &random) ?? "x"
    }
    return String(letters)
  }
}

/// Names of customers that are on no list: persons and companies in equal parts.
struct HonestNames {
  private static let given = words(
    """
    Ada Aisha Alejandro Amina Ana Anders Anh Arjun Beatriz Ben Carla Chen Claire Daniela David Diego Elena Emeka Emily \
    Emma Fatima Felix Giulia Goran Hana Hans Hiroshi Ines Ingrid Isabel Ivan James Jun Kwame Lars Laura Lea Linh Lucas \
    Maria Marta Mei Michael Min Mohamed Nils Noor Olga Oliver Omar Paolo Peter Priya Rahul Rosa Samuel Sara Sofia Tariq \
    Thomas Uma Viktor Wei Xin Yuki Yusuf Zoe
    """)
  private static let family = words(
    """
    Adler Ahmed Andersson Bakker Becker Brandt Costa Dang Dubois Eriksen Evans Ferrari Fischer Fuchs Garcia Gupta Haas \
    Hansen Hussain Ibrahim Ito Ivanova Jansen Johnson Jones Khan Kim Kowalski Lambert Lee Li Lindqvist Lopez Martin \
    Mensah Meyer Mora Murphy Müller Nguyen Novak Okafor Oliveira Park Patel Pereira Petrov Quist Rossi Santos Sato \
    Schneider Sharma Silva Singh Smith Suzuki Tanaka Taylor Tran Ueda Vogel Walker Wang Williams Xu Yilmaz Zhang Zhou
    """)
  private static let trade = words(
    """
    Alpine Amber Apex Atlas Birch Blue Bright Cedar Cobalt Coral Delta Eagle Ember Fjord Global Golden Green Grove \
    Harbour Haven Horizon Iris Juniper Lumen Maple Meridian Nord Northern Ocean Orion Pacific Pixel Quartz Raven River \
    Silver Solar Stone Summit Tidal Umber United Vertex Willow Zephyr
    """)
  private static let business = words(
    """
    Analytics Bakery Biotech Capital Construction Consulting Design Electronics Energy Engineering Foods Furniture \
    Holding Import Industries Insurance Labs Logistics Marine Media Medical Motors Partners Pharma Robotics Security \
    Shipping Software Solutions Studio Systems Technologies Textiles Trading Travel Ventures
    """)
  private static let forms = words("GmbH AG Inc LLC Ltd SA SAS BV AB Oy SpA Kft Limited Corp KK PLC")

  private let listed: Set<String>

  init(except entries: [ListEntry]) {
    listed = Set(entries.lazy.flatMap(\.names).map { Self.key($0.text) })
  }

  func next(_ random: inout SeededRandom) -> Subject {
    // There are many thousands of names, and few of them on lists: a few tries are enough.
    var subject = Self.make(&random)
    for _ in 0..<100 where listed.contains(Self.key(subject.names.first ?? "")) { subject = Self.make(&random) }
    return subject
  }

  private static func make(_ random: inout SeededRandom) -> Subject {
    func any(_ words: [String]) -> String { words[Int.random(in: words.indices, using: &random)] }
    if Bool.random(using: &random) {
      let middle = Int.random(in: 0..<4, using: &random) == 0 ? " " + any(given) : ""
      return Subject(kind: .person, names: [any(given) + middle + " " + any(family)])
    }
    let owner = Int.random(in: 0..<3, using: &random) == 0 ? any(family) : any(trade)
    return Subject(kind: .organization, names: ["\(owner) \(any(business)) \(any(forms))"])
  }

  // The same words in any order and spelt in any case are the same name here.
  private static func key(_ name: String) -> String {
    NameVariation.words(name.lowercased()).sorted().joined(separator: " ")
  }

  private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
