/// Reads facts from the very text that ``Facts/json`` gives: the members in its order, each once, no white space.
///
/// The history is read by the million, so no tree of JSON is made, and what was checked and normalised when it was
/// recorded is taken as it stands. Whatever is not as this version writes it is a surprise, and left to the reader
/// that knows all of JSON and names every fault.
struct RecordedFactsReader {
  struct Surprise: Error {}

  let bytes: [UInt8]
  var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The facts; `nil` when the text is not as this version writes it.
  static func facts(_ bytes: [UInt8]) -> Facts? {
    var reader = RecordedFactsReader(bytes)
    do {
      let facts = try reader.facts()
      return reader.position == bytes.count ? facts : nil
    } catch {
      return nil
    }
  }

  private mutating func facts() throws(Surprise) -> Facts {
    try take(UInt8(ascii: "{"))
    guard has("submission") else { throw Surprise() }
    let submission = try submission()
    let screened = has("screening") ? try screened() : Screened()
    let usage = has("usage") ? try usage() : UsageWindows()
    let cluster = has("cluster") ? try cluster() : ClusterFacts()
    try take(UInt8(ascii: "}"))
    return Facts(submission, screened: screened, usage: usage, cluster: cluster)
  }

  // MARK: The submission

  private mutating func submission() throws(Surprise) -> Submission {
    try take(UInt8(ascii: "{"))
    guard has("id") else { throw Surprise() }
    var submission = Submission(id: try string())
    if has("kind") { submission.kind = try choice() }
    if has("name") { submission.name = try string() }
    if has("aliases") { submission.aliases = try strings() }
    if has("created_at") { submission.createdAt = try instant() }
    if has("birth_date") { submission.birthDate = try date() }
    if has("citizenships") {
      submission.citizenships = try array { reader throws(Surprise) in try reader.country() }
    }
    if has("identifiers") { submission.identifiers = try identifiers() }
    if has("addresses") { submission.addresses = try array { reader throws(Surprise) in try reader.address() } }
    if has("organization") { submission.organization = try string() }
    if has("parties") { submission.parties = try array { reader throws(Surprise) in try reader.party() } }
    if has("interests") { submission.interests = try array { reader throws(Surprise) in try reader.interest() } }
    if has("contact") { submission.contact = try contact() }
    if has("payment") { submission.payment = try payment() }
    if has("network") { submission.network = try network() }
    if has("declared_use") { submission.declaredUse = try string() }
    if has("attributes") { submission.attributes = try object() }
    try take(UInt8(ascii: "}"))
    return submission
  }

  private mutating func identifiers() throws(Surprise) -> [Submission.Identifier] {
    try array { reader throws(Surprise) in
      var identifier = Submission.Identifier()
      try reader.take(UInt8(ascii: "{"))
      if reader.has("kind") { identifier.kind = try reader.string() }
      if reader.has("value") { identifier.value = try reader.string() }
      if reader.has("country") { identifier.country = try reader.country() }
      try reader.take(UInt8(ascii: "}"))
      return identifier
    }
  }

  private mutating func address() throws(Surprise) -> Submission.Address {
    var address = Submission.Address()
    try take(UInt8(ascii: "{"))
    if has("kind") { address.kind = try choice() }
    if has("country") { address.country = try country() }
    if has("subdivision") { address.subdivision = try string() }
    if has("city") { address.city = try string() }
    if has("line") { address.line = try string() }
    try take(UInt8(ascii: "}"))
    return address
  }

  private mutating func party() throws(Surprise) -> Submission.Party {
    try take(UInt8(ascii: "{"))
    guard has("id") else { throw Surprise() }
    var party = Submission.Party(id: try string())
    if has("kind") { party.kind = try choice() }
    if has("name") { party.name = try string() }
    if has("aliases") { party.aliases = try strings() }
    if has("country") { party.country = try country() }
    if has("birth_date") { party.birthDate = try date() }
    if has("identifiers") { party.identifiers = try identifiers() }
    if has("roles") { party.roles = try strings() }
    try take(UInt8(ascii: "}"))
    return party
  }

  private mutating func interest() throws(Surprise) -> Submission.Interest {
    try take(UInt8(ascii: "{"))
    guard has("subject") else { throw Surprise() }
    let subject = try string()
    guard has("interested_party") else { throw Surprise() }
    var interest = Submission.Interest(subject: subject, interestedParty: try string())
    if has("kind") { interest.kind = try choice() }
    if has("share") {
      interest.share = .exact(try percentage())
    } else if has("share_min") {
      let low = try percentage()
      guard has("share_max") else { throw Surprise() }
      interest.share = .range(low, try percentage())
    }
    try take(UInt8(ascii: "}"))
    return interest
  }

  private mutating func contact() throws(Surprise) -> Submission.Contact {
    var contact = Submission.Contact()
    try take(UInt8(ascii: "{"))
    if has("email") { contact.email = try string() }
    if has("phone") { contact.phone = try string() }
    try take(UInt8(ascii: "}"))
    return contact
  }

  private mutating func payment() throws(Surprise) -> Submission.Payment {
    var payment = Submission.Payment()
    try take(UInt8(ascii: "{"))
    if has("fingerprint") { payment.fingerprint = try string() }
    if has("country") { payment.country = try country() }
    try take(UInt8(ascii: "}"))
    return payment
  }

  private mutating func network() throws(Surprise) -> Submission.Network {
    var network = Submission.Network()
    try take(UInt8(ascii: "{"))
    if has("ip") { network.ip = try string() }
    if has("country") { network.country = try country() }
    if has("asn") {
      guard let asn = UInt32(exactly: try integer()) else { throw Surprise() }
      network.asn = asn
    }
    if has("proxy") { network.proxy = try boolean() }
    if has("device") { network.device = try string() }
    try take(UInt8(ascii: "}"))
    return network
  }

  // MARK: What was gathered

  private mutating func screened() throws(Surprise) -> Screened {
    var screened = Screened()
    try take(UInt8(ascii: "{"))
    if has("lists") { screened.lists = try array { reader throws(Surprise) in try reader.list() } }
    if has("account") { screened.account = try hits() }
    if has("parties") {
      try take(UInt8(ascii: "{"))
      while !skip(UInt8(ascii: "}")) {
        if !screened.parties.isEmpty { try take(UInt8(ascii: ",")) }
        let party = try string()
        try take(UInt8(ascii: ":"))
        guard screened.parties.updateValue(try hits(), forKey: party) == nil else { throw Surprise() }
      }
    }
    if has("exempted") { screened.exempted = try array { reader throws(Surprise) in try reader.exempted() } }
    try take(UInt8(ascii: "}"))
    return screened
  }

  private mutating func list() throws(Surprise) -> Screened.List {
    try take(UInt8(ascii: "{"))
    guard has("list") else { throw Surprise() }
    let id = try string()
    guard has("version") else { throw Surprise() }
    var list = Screened.List(id: id, version: try string(), publishedOn: nil, ageDays: nil)
    if has("published_on") { list.publishedOn = try date() }
    if has("age_days") { list.ageDays = Int(try integer()) }
    try take(UInt8(ascii: "}"))
    return list
  }

  private mutating func hits() throws(Surprise) -> [Screened.Hit] {
    try array { reader throws(Surprise) in try reader.hit() }
  }

  private mutating func hit() throws(Surprise) -> Screened.Hit {
    try take(UInt8(ascii: "{"))
    var hit = Screened.Hit(
      list: try member("list"), entry: try member("entry"), listedName: try member("listed_name"),
      name: try member("name"), score: 0, explanation: "")
    guard has("score") else { throw Surprise() }
    hit.score = try double()
    hit.explanation = try member("explanation")
    if has("programs") { hit.programs = try strings() }
    try take(UInt8(ascii: "}"))
    return hit
  }

  private mutating func exempted() throws(Surprise) -> Screened.Exempted {
    try take(UInt8(ascii: "{"))
    let party = has("party") ? try string() : nil
    let exemption = try member("exemption")
    guard has("hit") else { throw Surprise() }
    let hit = try hit()
    try take(UInt8(ascii: "}"))
    return Screened.Exempted(party: party, hit: hit, exemption: exemption)
  }

  private mutating func usage() throws(Surprise) -> UsageWindows {
    try take(UInt8(ascii: "{"))
    let usage = try windows()
    try take(UInt8(ascii: "}"))
    return usage
  }

  private mutating func windows() throws(Surprise) -> UsageWindows {
    UsageWindows(
      lastHour: try count("exchanges_1h"), lastDay: try count("exchanges_24h"), lastWeek: try count("exchanges_7d"),
      lastMonth: try count("exchanges_30d"))
  }

  private mutating func cluster() throws(Surprise) -> ClusterFacts {
    try take(UInt8(ascii: "{"))
    var cluster = ClusterFacts()
    if has("id") { cluster.id = try string() }
    cluster.size = try count("size")
    cluster.undeclared = try count("undeclared")
    cluster.denied = try count("denied")
    cluster.activeLastDay = try count("active_24h")
    cluster.memberDaysLastWeek = try count("member_days_7d")
    cluster.usage = try windows()
    if has("evidence") { cluster.evidence = try strings() }
    try take(UInt8(ascii: "}"))
    return cluster
  }

  private mutating func member(_ key: StaticString) throws(Surprise) -> String {
    guard has(key) else { throw Surprise() }
    return try string()
  }

  private mutating func count(_ key: StaticString) throws(Surprise) -> Int64 {
    guard has(key) else { throw Surprise() }
    return try integer()
  }
}
