import Compliance
import Foundation

/// Writes a generated population: honest accounts that share things for honest reasons, and covert operators among them,
/// with 45 days of usage after 120 days of signups. The same seed writes the same files.
struct PopulationWorkload {
  private static let start = 20_565 * 86_400  // 2026-04-22
  private static let days = 45
  private static let historyDays = 120
  private static let freeMail = ["mail.example", "post.example", "inbox.example", "letters.example"]
  private static let countries = ["US", "US", "US", "IN", "GB", "DE", "BR", "JP", "FR", "CA"]

  private struct Account {
    var number = 0
    var createdAt = 0
    var organization: String?
    var email = ""
    var phone = ""
    var card = ""
    var address = ""
    var device = ""
    var country = ""
    /// The operator that it belongs to, and the hour at which its cell is worked.
    var covert: (name: String, hour: Int)?
  }

  private var random: SeededRandom
  private var accounts: [Account] = []
  private var carrierNetworks: [String] = []
  private let size: Int

  /// A population of so many accounts.
  init(accounts size: Int, seed: UInt64) {
    self.size = size
    random = SeededRandom(seed: seed)
    carrierNetworks = (0..<max(8, size / 800)).map { _ in address(100) }
    addOperators()
    let campuses = (0..<max(2, size / 15_000)).map { _ in
      (network: address(129), domain: word() + ".edu", machines: (0..<40).map { _ in token() })
    }
    while accounts.count < size { addHonest(campuses) }
    accounts.sort { ($0.createdAt, $0.number) < ($1.createdAt, $1.number) }
  }

  // MARK: Making

  private mutating func addOperators() {
    let shares = [0.025, 0.002, 0.0012, 0.0008, 0.0005, 0.0003, 0.0002]
    for (index, share) in shares.enumerated() {
      let name = index == 0 ? "main" : "ring-\(index)"
      let members = max(12, Int(Double(size) * share))
      let begun = Self.start + Int.random(in: -6..<(-3), using: &random) * 86_400
      for cell in 0..<max(1, members / 200) {
        let count = members / max(1, members / 200)
        let burst = begun + Int.random(in: 0..<(9 * 24), using: &random) * 3600
        let (hour, domain) = (cell * 7 % 24, word() + ".example")
        let means = (0..<count).map { _ in (token(), token(), telephone(), address(45)) }
        for _ in 0..<count {
          var account = stranger(createdAt: burst + Int.random(in: 0..<(6 * 3600), using: &random))
          if chance(0.55) { account.card = means[Int.random(in: 0..<(count / 9 + 1), using: &random)].0 }
          if chance(0.5) { account.device = means[Int.random(in: 0..<(count / 8 + 1), using: &random)].1 }
          if chance(0.35) { account.phone = means[Int.random(in: 0..<(count / 8 + 1), using: &random)].2 }
          if chance(0.45) { account.email = token() + "@" + domain }
          if chance(0.4) { account.address = host(of: means[Int.random(in: 0..<(count / 100 + 1), using: &random)].3) }
          account.covert = (name, hour)
          accounts.append(account)
        }
      }
    }
  }

  private mutating func addHonest(_ campuses: [(network: String, domain: String, machines: [String])]) {
    let kind = Double.random(in: 0..<1, using: &random)
    let left = size - accounts.count
    switch kind {
    case ..<0.35:  // A company: one to many accounts, which say so.
      let members = min(left, max(1, Int(pow(1 / Double.random(in: 0.001..<1, using: &random), 0.9))))
      let (name, office, cards) = (word(), address(24), (0...members / 60).map { _ in token() })
      for _ in 0..<members {
        var account = stranger(createdAt: time())
        account.organization = name
        account.email = token() + "@" + name + ".example"
        if chance(0.7) { account.address = office }
        if chance(0.8) { account.card = cards[Int.random(in: 0..<cards.count, using: &random)] }
        accounts.append(account)
      }
    case ..<0.47:  // A family.
      let (home, card, device) = (address(81), token(), token())
      for _ in 0..<min(left, Int.random(in: 2...4, using: &random)) {
        var account = stranger(createdAt: time())
        account.address = home
        if chance(0.7) { account.card = card }
        if chance(0.4) { account.device = device }
        accounts.append(account)
      }
    case ..<0.53:  // Students, in a campus's network and at its machines.
      let campus = campuses[Int.random(in: 0..<campuses.count, using: &random)]
      for _ in 0..<min(left, Int.random(in: 5..<60, using: &random)) {
        var account = stranger(createdAt: time())
        account.address = host(of: campus.network)
        if chance(0.8) { account.email = token() + "@" + campus.domain }
        if chance(0.3) { account.device = campus.machines[Int.random(in: 0..<40, using: &random)] }
        accounts.append(account)
      }
    case ..<0.58:  // An agency's card, or a café's machines.
      let (cards, place) = ((0..<4).map { _ in token() }, address(73))
      let isCafe = chance(0.4)
      for _ in 0..<min(left, Int.random(in: 4..<40, using: &random)) {
        var account = stranger(createdAt: time())
        if chance(0.6) { account.address = place }
        let shared = cards[Int.random(in: 0..<4, using: &random)]
        if isCafe { account.device = shared } else { account.card = shared }
        accounts.append(account)
      }
    default: accounts.append(stranger(createdAt: time()))
    }
  }

  /// An account that has nothing of its own in common with others, but what chance and carriers make it share.
  private mutating func stranger(createdAt: Int) -> Account {
    var account = Account(number: accounts.count, createdAt: createdAt)
    account.country = Self.countries[Int.random(in: 0..<Self.countries.count, using: &random)]
    account.email =
      token() + "@"
      + (chance(0.75) ? Self.freeMail[Int.random(in: 0..<Self.freeMail.count, using: &random)] : word() + ".example")
    (account.phone, account.card, account.device) = (telephone(), token(), token())
    account.address =
      chance(0.25) ? carrierNetworks[Int.random(in: 0..<carrierNetworks.count, using: &random)] : address(62)
    return account
  }

  private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
  private mutating func token() -> String { String(random.next(), radix: 36) }
  private mutating func word() -> String { "w" + String(random.next() >> 24, radix: 36) }
  private mutating func telephone() -> String { "+49" + String(random.next() % 900_000_000 + 100_000_000) }
  private mutating func time() -> Int {
    Self.start + Int.random(in: -Self.historyDays * 86_400..<Self.days * 86_400, using: &random)
  }
  private mutating func address(_ first: Int) -> String {
    "\(first).\(random.next() % 256).\(random.next() % 256).\(random.next() % 254 + 1)"
  }
  private mutating func host(of network: String) -> String {
    network.split(separator: ".").prefix(3).joined(separator: ".") + ".\(random.next() % 254 + 1)"
  }

  // MARK: Reading

  /// The submission of an account, by the order of signup.
  func submission(_ index: Int) -> JSON { Self.json(accounts[index]) }

  // MARK: Writing

  /// Writes what was used on the last days as rows of account, hour and exchanges.
  mutating func writeUsage(ofLastDays days: Int, to path: String) throws {
    let usage = try LineOutput(path)
    for day in Self.days - days..<Self.days { try writeUsage(ofDay: Self.start + day * 86_400, to: usage) }
    try usage.close()
  }

  /// Writes `accounts.ndjson`, `usage.csv` and `truth.csv` into a folder, which is made if there is none.
  mutating func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let submissions = try LineOutput(folder + "/accounts.ndjson")
    let truth = try LineOutput(folder + "/truth.csv")
    try truth.write("account,operator")
    for account in accounts {
      try submissions.write(Self.json(account).serialized)
      if let covert = account.covert { try truth.write("acct_\(account.number),\(covert.name)") }
    }
    try submissions.close()
    try truth.close()
    let usage = try LineOutput(folder + "/usage.csv")
    try usage.write("account,hour,exchanges")
    for day in 0..<Self.days { try writeUsage(ofDay: Self.start + day * 86_400, to: usage) }
    try usage.close()
  }

  private mutating func writeUsage(ofDay day: Int, to output: LineOutput) throws {
    var hours = [[String]](repeating: [], count: 24)
    for account in accounts where account.createdAt < day {
      var (hour, exchanges) = (0, 0)
      if let covert = account.covert {
        if chance(0.25) { continue }
        hour = (covert.hour + Int.random(in: 0..<4, using: &random)) % 24
        exchanges = Int.random(in: 20..<50, using: &random)
      } else {
        if !chance(0.11) { continue }
        hour = Int.random(in: 6..<23, using: &random)
        exchanges = Int(1 - log(Double.random(in: 0.0001..<1, using: &random)) * 12)
      }
      let start = UsageHour(hoursSinceEpoch: Int32(day / 3600 + hour))
      hours[hour].append("acct_\(account.number),\(start),\(exchanges)")
    }
    for hour in hours { for row in hour { try output.write(row) } }
  }

  private static func json(_ account: Account) -> JSON {
    let moment = Instant(microsecondsSinceEpoch: Int64(account.createdAt) * 1_000_000)
    return .members([
      "id": .string("acct_\(account.number)"), "created_at": .string(moment.description),
      "kind": .string("individual"), "name": .string("Person \(account.number)"),
      "addresses": .array([.members(["kind": .string("residence"), "country": .string(account.country)])]),
      "organization": account.organization.map { .string($0) },
      "contact": .members(["email": .string(account.email), "phone": .string(account.phone)]),
      "payment": .members(["fingerprint": .string(account.card), "country": .string(account.country)]),
      "network": .members([
        "ip": .string(account.address), "country": .string(account.country), "device": .string(account.device),
      ]),
    ])
  }
}
