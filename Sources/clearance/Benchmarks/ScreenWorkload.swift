import Foundation
import Screening

/// The lists that are searched, and the names that are asked for.
struct ScreenWorkload {
  /// What a name that is asked for is made of. Queries are of all kinds in equal parts.
  enum Kind: String, CaseIterable {
    /// A name of an entry, as published.
    case listed = "as listed"
    /// With a letter exchanged with its neighbour, replaced, left out or doubled in a word of four letters or more.
    case typo = "with a typo"
    /// A name of three words or more without one of them.
    case dropped = "a word left out"
    /// A name of two words or more with two of them exchanged.
    case swapped = "words exchanged"
    /// A person's or a company's name that is on no list: what nearly all customers have.
    case honest = "on no list"
  }

  /// A name that is asked for.
  struct Query {
    let kind: Kind
    let subject: Subject
    /// Whose name it is; `nil` where it is on no list.
    let owner: (list: String, entry: String)?

    var name: String { subject.names.first ?? "" }
  }

  typealias List = (id: String, entries: [ListEntry])

  let lists: [List]
  let queries: [Query]

  /// Grows the lists to a number of names, if one is given, and makes queries; the same input gives the same ones.
  init(_ lists: [List], names: Int?, queries: Int, seed: UInt64 = 1) throws {
    var random = SeededRandom(seed: seed)
    var lists = lists
    let count = Self.nameCount(lists)
    guard count > 0 else { throw Failure(.input, "the lists have no names") }
    if let names {
      guard names >= count else {
        throw Failure(.input, "--names \(names) is less than the lists have: \(count); give fewer lists")
      }
      var variation = NameVariation(lists.flatMap(\.entries))
      lists.append(("grown", variation.entries(names: names - count, &random)))
    }
    self.lists = lists
    self.queries = Self.queries(queries, of: lists, &random)
  }

  /// How many names entries have.
  static func nameCount(_ lists: [List]) -> Int {
    lists.reduce(0) { $0 + $1.entries.reduce(0) { $0 + $1.names.count } }
  }

  /// All names of all entries, in order.
  var names: [String] { lists.flatMap { $0.entries.flatMap { $0.names.map(\.text) } } }

  // MARK: Queries

  private static func queries(_ count: Int, of lists: [List], _ random: inout SeededRandom) -> [Query] {
    let places = lists.enumerated().flatMap { number, list in list.entries.indices.map { (list: number, entry: $0) } }
    let honest = HonestNames(except: lists.flatMap(\.entries))
    var queries: [Query] = []
    queries.reserveCapacity(count)
    for number in 0..<count {
      let kind = Kind.allCases[number % Kind.allCases.count]
      if kind == .honest {
        queries.append(Query(kind: kind, subject: honest.next(&random), owner: nil))
        continue
      }
      // Some names have too few words or letters for the change. A list may have no other, so the number of tries is
      // bounded, and the last name is then asked for as it is.
      var text = ""
      var place = places[0]
      for _ in 0..<100 {
        place = places[Int.random(in: places.indices, using: &random)]
        let names = lists[place.list].entries[place.entry].names
        let name = names[Int.random(in: names.indices, using: &random)].text
        text = name
        if let changed = change(name, kind, &random) {
          text = changed
          break
        }
      }
      let list = lists[place.list]
      let entry = list.entries[place.entry]
      queries.append(
        Query(kind: kind, subject: Subject(kind: entry.kind, names: [text]), owner: (list: list.id, entry: entry.id)))
    }
    // In turn, the kinds would find the caches in the same state each time.
    queries.shuffle(using: &random)
    return queries
  }

  private static func change(_ name: String, _ kind: Kind, _ random: inout SeededRandom) -> String? {
    var words = NameVariation.words(name)
    switch kind {
    case .listed, .honest: return name
    case .typo:
      let long = words.indices.filter { words[$0].count > 3 && words[$0].allSatisfy(\.isLetter) }
      guard let index = long.randomElement(using: &random) else { return nil }
      words[index] = NameVariation.misspelt(words[index], &random)
    case .dropped:
      guard words.count > 2 else { return nil }
      words.remove(at: Int.random(in: words.indices, using: &random))
    case .swapped:
      guard words.count > 1 else { return nil }
      let first = Int.random(in: words.indices, using: &random)
      let second = (first + Int.random(in: 1..<words.count, using: &random)) % words.count
      words.swapAt(first, second)
    }
    return words.joined(separator: " ")
  }
}
