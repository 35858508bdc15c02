import Linkage

/// A small population that a test tells account by account.
struct Village {
  var population = Population()
  var linker = Linker()

  /// 120 days of strangers, so that the rates of a population are known.
  static let startHour = 120.0 * 24

  init() {
    for day in 0..<120 { _ = add(Double(day * 24), ["card": "stranger \(day)", "phone": "stranger \(day)"]) }
  }

  static func key(_ kind: String, _ value: String) -> TraceKey {
    switch kind {
    case "card": TraceKey(.card, value)
    case "device": TraceKey(.device, value)
    case "phone": TraceKey(.phone, value)
    case "mail": TraceKey(.emailDomain, value)
    case "ip": TraceKey(.ip, value)
    default: TraceKey(.subnet, value)
    }
  }

  /// Adds an account that was made so many hours after the population began, and links it.
  mutating func add(_ hour: Double, organization: UInt64 = 0, _ traces: [String: String]) -> AccountNumber {
    let number = AccountNumber(population.count)
    let account = NewAccount(
      number: number, signedUp: Int64(hour * 3600), organization: organization,
      traces: traces.sorted { $0.key < $1.key }.map { Village.key($0.key, $0.value) })
    linker.link(account, in: &population)
    return number
  }

  /// Makes a cluster of accounts a few minutes apart: five share a card, forty a network, and all a mail domain.
  mutating func cell(_ name: String, from hour: Double, count: Int) -> [AccountNumber] {
    (0..<count).map {
      add(hour + Double($0) * 0.05, ["card": "\(name) \($0 / 5)", "net": "\(name) \($0 / 40)", "mail": name])
    }
  }

  func cluster(_ account: AccountNumber) -> CellNumber { population.cluster(ofAccount: account) }

  func areLinked(_ first: AccountNumber, _ second: AccountNumber) -> Bool {
    cluster(first) != 0 && cluster(first) == cluster(second)
  }

  /// Reviews all that is due so many hours after the population began.
  mutating func review(at hour: Double) {
    while let cell = population.nextReview(at: Int64(hour * 3600)) {
      linker.review(cell, at: Int64(hour * 3600), in: &population)
    }
  }
}
