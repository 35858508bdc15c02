import Compliance
import Policy

/// What the templates of ``RuleBook`` are filled in from.
///
/// Templates find members by name, first in the innermost of the parts that enclose a place. A member that can be
/// missing therefore has a name that no enclosing part uses.
struct BookPage {
  struct Policy {
    let policy: String
    let policyTitle: String
    let owner: String
    let authority: String?
    let policyFile: String
    let rules: [Card]
  }

  struct Card {
    let rule: String
    let title: String
    let verdict: String
    let basis: String
    let basisMeaning: String
    let citation: String
    let isShadow: Bool
    let standing: String
    let isInForce: Bool
    let place: String
    let windows: [Window]
    let condition: String
    let conditionFence: String
    let reason: String
    let reasonFence: String
    let duties: [String]
    let tests: [Test]
  }

  struct Window {
    let days: String
    let unconfirmed: String?
    let gap: String?
  }

  struct Test {
    let expects: String
    let testDate: String
    let testPlace: String
    let testName: String
    let hasFailed: Bool
  }

  struct CountryTable {
    let list: String
    let listTitle: String
    let listOwner: String?
    let listSource: String?
    let listChecked: String?
    let listFile: String
    let entries: [Entry]
  }

  struct Entry {
    let places: String
    let days: String
    let doubts: String?
    let entryCitation: String?
    let note: String?
  }

  struct PartyList {
    let party: String
    let partyTitle: String
    let publisher: String?
    let source: String?
    let age: String
    let isRequired: String
    let namedBy: String
  }

  let date: String
  let hash: String
  let summary: String
  let testSummary: String?
  let policies: [Policy]
  let countries: [CountryTable]
  let hasParties: Bool
  let partyOwner: String?
  let matchScore: String
  let parties: [PartyList]
  let axis: [Timeline.Tick]
  let legend = Timeline.legend
  let timeline: [Timeline.Row]
  let events: [Timeline.Event]
  let doubtful: [String]
  let owners: [String]

  init(_ book: RuleBook) {
    let ruleset = book.ruleset
    let current = ruleset.rules.count { $0.window(on: book.date) != nil }
    date = book.date.description
    hash = ruleset.hash
    summary =
      "\(ruleset.rules.count) rules in \(ruleset.policies.count) policies, \(current) in force on \(book.date); "
      + "\(ruleset.countryLists.count) country lists, \(ruleset.lists.lists.count) restricted-party lists, "
      + "\(book.tests.cases.count) tests"
    testSummary = book.results.map { results in
      "\(results.passed) passed, \(results.failures.count) failed"
        + (results.coverage.map {
          "; they exercise \($0.windows.covered) of \($0.windows.all) windows of rules and \($0.listWindows.covered) of "
            + "\($0.listWindows.all) windows of country lists on both sides"
        } ?? "")
    }
    let failures = Set(book.results?.failures.map { "\($0.test.file):\($0.test.line)" } ?? [])
    policies = ruleset.policies.map { policy in
      Policy(
        policy: policy.id, policyTitle: policy.title, owner: policy.owner, authority: policy.authority,
        policyFile: policy.file,
        rules: ruleset.rules.filter { $0.policy == policy.id }.map { Card($0, in: book, failures: failures) })
    }
    countries = ruleset.countryLists.map(CountryTable.init)
    partyOwner = ruleset.lists.owner
    matchScore = "\(ruleset.lists.matchScore)"
    hasParties = !ruleset.lists.lists.isEmpty
    parties = ruleset.lists.lists.map { PartyList($0, rules: ruleset.rules) }
    let timeline = Timeline(ruleset, asOf: book.date)
    axis = timeline.axis
    self.timeline = timeline.rows
    events = timeline.events
    doubtful =
      ruleset.rules.flatMap { rule in rule.effective.doubts.map { "\(rule.id), \($0)" } }
      + ruleset.countryLists.flatMap { list in
        list.lines.flatMap { line in
          line.entry.effective.doubts.map { "countries.\(list.id), \(line.places.joined(separator: ", ")), \($0)" }
        }
      }
    owners = Set(ruleset.policies.map(\.owner)).sorted()
  }
}

extension BookPage.Card {
  init(_ rule: Rule, in book: RuleBook, failures: Set<String>) {
    self.rule = rule.id
    title = rule.title
    verdict = rule.verdict.rawValue
    basis = rule.basis.rawValue
    basisMeaning = rule.basis.meaning
    citation = rule.citation
    isShadow = rule.mode == .shadow
    standing = rule.standing(on: book.date)
    isInForce = rule.window(on: book.date) != nil
    place = "\(rule.file):\(rule.line)"
    windows = rule.effective.map { BookPage.Window(days: $0.description, unconfirmed: $0.unconfirmed, gap: $0.gap) }
    condition = rule.when
    conditionFence = fence(for: rule.when)
    reason = rule.reason
    reasonFence = fence(for: rule.reason)
    duties = rule.duties
    tests = book.tests(of: rule).map { test, expectation in
      let place = "\(test.file):\(test.line)"
      return BookPage.Test(
        expects: expectation.rawValue, testDate: test.asOf.description, testPlace: place, testName: test.name,
        hasFailed: failures.contains(place))
    }
  }
}

extension BookPage.CountryTable {
  init(_ list: CountryList) {
    self.list = list.id
    listTitle = list.title
    listOwner = list.owner
    listSource = list.source
    listChecked = list.checked?.description
    listFile = list.file
    entries = list.lines.map { line in
      BookPage.Entry(
        places: line.places.map(placeName).joined(separator: ", "),
        days: line.entry.effective.map(\.description).joined(separator: "; "),
        doubts: line.entry.effective.doubts.isEmpty ? nil : line.entry.effective.doubts.joined(separator: "; "),
        entryCitation: line.entry.citation, note: line.entry.note)
    }
  }
}

extension BookPage.PartyList {
  init(_ declaration: ListCatalogue.Declaration, rules: [Rule]) {
    party = declaration.id
    partyTitle = declaration.title
    publisher = declaration.publisher
    source = declaration.source
    age = declaration.maximumAgeDays.map { "\($0) days" } ?? "any"
    isRequired = declaration.isRequired ? "yes" : "no"
    let users = rules.filter { $0.when.contains("\"\(declaration.id)\"") || $0.when.contains("'\(declaration.id)'") }
    namedBy = users.isEmpty ? "no rule" : users.map(\.id).joined(separator: ", ")
  }
}

extension CountryList {
  /// Entries that stand side by side and say the same, as one.
  var lines: [(places: [String], entry: Entry)] {
    var lines: [(places: [String], entry: Entry)] = []
    for entry in entries {
      if let last = lines.last?.entry, last.effective == entry.effective, last.citation == entry.citation,
        last.note == entry.note
      {
        lines[lines.count - 1].places.append(entry.place)
      } else {
        lines.append(([entry.place], entry))
      }
    }
    return lines
  }
}

extension [EffectiveWindow] {
  /// The windows that nobody has confirmed, and why.
  fileprivate var doubts: [String] {
    compactMap { window in window.unconfirmed.map { "\(window.description): \($0)" } }
  }
}

/// `Cuba (CU)`, `Sevastopol (UA-40)`.
private func placeName(_ code: String) -> String {
  (CountryTable.shared.subdivisionName(code) ?? Country(code)?.name).map { "\($0) (\(code))" } ?? code
}
