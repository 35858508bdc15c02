import Foundation

extension Submission {
  static let fields = [
    "id", "kind", "name", "aliases", "created_at", "birth_date", "citizenships", "identifiers", "addresses",
    "organization", "parties", "interests", "contact", "payment", "network", "declared_use", "attributes",
  ]

  /// Decodes a submission from the bytes of a request body.
  ///
  /// - Throws: ``Faults`` with everything that is wrong: bad JSON (one fault, with line and column), or every
  ///   unknown field, wrong type, impossible date, unknown country, duplicate party id, dangling interest and
  ///   exceeded limit, each with its JSON Pointer and a remedy.
  public static func decode(_ bytes: [UInt8]) throws(Faults) -> Submission {
    guard bytes.count <= SubmissionLimits.bodyBytes else {
      throw Faults(
        Fault(
          pointer: "",
          message: "the submission has \(bytes.count) bytes, at most \(SubmissionLimits.bodyBytes) are taken",
          remedy: "Send fewer parties or shorter texts."))
    }
    let json: JSON
    do {
      json = try JSON.parse(bytes, maximumDepth: SubmissionLimits.nesting)
    } catch {
      throw Faults(Fault(pointer: "", message: "not valid JSON: \(error)", remedy: error.remedy))
    }
    return try decode(json)
  }

  /// Decodes a submission from a JSON value; see ``decode(_:)-([UInt8])``.
  public static func decode(_ json: JSON) throws(Faults) -> Submission {
    var reader = SubmissionReader()
    let submission = reader.submission(json)
    guard let submission, reader.faults.count == 0 else { throw reader.faults }
    return submission
  }
}

extension SubmissionReader {
  mutating func submission(_ json: JSON) -> Submission? {
    guard let object = object(json, at: "", fields: Submission.fields) else { return nil }
    let id = text(object, "id", limit: SubmissionLimits.idCharacters)
    if object.value("id") == nil {
      faults.add("/id", "is missing", remedy: "Send your key for the account, a string.")
    }
    var submission = Submission(id: id ?? "")
    submission.kind = choice(object, "kind")
    submission.name = text(object, "name")
    submission.aliases = texts(object, "aliases")
    submission.createdAt = instant(object, "created_at")
    submission.birthDate = date(object, "birth_date")
    submission.citizenships = array(object, "citizenships") { $0.country($1, at: $2) }
    submission.identifiers = identifiers(object)
    submission.addresses = array(object, "addresses") { $0.address($1, at: $2) }
    submission.organization = text(object, "organization")
    submission.parties = array(object, "parties", limit: SubmissionLimits.parties) { $0.party($1, at: $2) }
    submission.interests = array(object, "interests", limit: SubmissionLimits.interests) { $0.interest($1, at: $2) }
    submission.contact = contact(object)
    submission.payment = payment(object)
    submission.network = network(object)
    submission.declaredUse = text(object, "declared_use")
    submission.attributes = attributes(object)
    checkReferences(object)
    return submission
  }

  private mutating func texts(_ object: Object, _ key: String) -> [String]? {
    array(object, key) { $0.text($1, at: $2) }
  }

  private mutating func identifiers(_ object: Object) -> [Submission.Identifier]? {
    array(object, "identifiers") { reader, json, pointer in
      guard let object = reader.object(json, at: pointer, fields: ["kind", "value", "country"]) else { return nil }
      return Submission.Identifier(
        kind: reader.text(object, "kind"), value: reader.text(object, "value"),
        country: reader.country(object, "country"))
    }
  }

  private mutating func address(_ json: JSON, at pointer: String) -> Submission.Address? {
    let fields = ["kind", "country", "subdivision", "city", "line"]
    guard let object = object(json, at: pointer, fields: fields) else { return nil }
    var address = Submission.Address(
      kind: choice(object, "kind"), country: country(object, "country"), subdivision: subdivision(object),
      city: text(object, "city"), line: text(object, "line"))
    if let code = address.subdivision, let country = address.country, !code.hasPrefix(country.code + "-") {
      faults.add(
        object.place("subdivision"), "\(code) is not a subdivision of \(country)",
        remedy: "Send the ISO 3166-2 code that begins with \(country)-, or mend the country.")
    }
    // ISO 3166-2 lists these as subdivisions of China and ISO 3166-1 as places of their own; one of the two
    // must be used throughout, and every list of countries that rules name uses the latter.
    if let code = address.subdivision, ["CN-HK", "CN-MO", "CN-TW"].contains(code) {
      address.country = Country(String(code.suffix(2)))
      address.subdivision = nil
    }
    return address
  }

  private mutating func subdivision(_ object: Object) -> String? {
    guard let code = text(object, "subdivision")?.uppercased() else { return nil }
    switch CountryTable.shared.standing(of: code) {
    case .known: return code
    case .malformed:
      faults.add(
        object.place("subdivision"), "`\(code.prefix(64))` is not an ISO 3166-2 code",
        remedy: "Write the country's code, a hyphen and one to three letters or digits, as UA-43.")
    case .unknown(let codes):
      faults.add(
        object.place("subdivision"), "there is no subdivision \(code)",
        remedy: "Use one of \(codes.joined(separator: ", ")).")
    }
    return nil
  }

  private mutating func party(_ json: JSON, at pointer: String) -> Submission.Party? {
    let fields = ["id", "kind", "name", "aliases", "country", "birth_date", "identifiers", "roles"]
    guard let object = object(json, at: pointer, fields: fields) else { return nil }
    let id = text(object, "id", limit: SubmissionLimits.idCharacters)
    if object.value("id") == nil {
      faults.add(object.place("id"), "is missing", remedy: "Give every party an id that interests can name.")
    }
    if id == "account" {
      faults.add(object.place("id"), "`account` names the applicant", remedy: "Give the party another id.")
    }
    return Submission.Party(
      id: id ?? "", kind: choice(object, "kind"), name: text(object, "name"), aliases: texts(object, "aliases"),
      country: country(object, "country"), birthDate: date(object, "birth_date"),
      identifiers: identifiers(object), roles: texts(object, "roles"))
  }

  private mutating func interest(_ json: JSON, at pointer: String) -> Submission.Interest? {
    let fields = ["subject", "interested_party", "kind", "share", "share_min", "share_max"]
    guard let object = object(json, at: pointer, fields: fields) else { return nil }
    for key in ["subject", "interested_party"] where object.value(key) == nil {
      faults.add(object.place(key), "is missing", remedy: "Name a party's id, or `account` for the applicant.")
    }
    let subject = text(object, "subject", limit: SubmissionLimits.idCharacters)
    let holder = text(object, "interested_party", limit: SubmissionLimits.idCharacters)
    if let subject, subject == holder {
      faults.add(pointer, "\(subject) is said to hold an interest in itself", remedy: "Mend one of the two ids.")
    }
    return Submission.Interest(
      subject: subject ?? "", interestedParty: holder ?? "", kind: choice(object, "kind"), share: share(object))
  }

  private mutating func share(_ object: Object) -> Submission.Share? {
    let exact = percentage(object, "share")
    let minimum = percentage(object, "share_min")
    let maximum = percentage(object, "share_max")
    let hasRange = object.value("share_min") != nil || object.value("share_max") != nil
    if object.value("share") != nil {
      if hasRange {
        faults.add(
          object.place("share"), "stands beside share_min or share_max",
          remedy: "Send either share, or share_min and share_max.")
      }
      return exact.map { .exact($0) }
    }
    guard hasRange else { return nil }
    let low = minimum ?? Percentage(percent: 0)
    let high = maximum ?? Percentage(percent: 100)
    if low > high {
      faults.add(
        object.place("share_min"), "share_min \(low) is over share_max \(high)", remedy: "Swap or mend them.")
    }
    return low == high ? .exact(low) : .range(low, high)
  }

  private mutating func contact(_ object: Object) -> Submission.Contact? {
    guard let object = member(object, "contact", fields: ["email", "phone"]) else { return nil }
    let email = text(object, "email", limit: 320)
    if let email {
      let parts = email.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
      if parts.count != 2 || parts.contains(where: \.isEmpty) || email.utf8.contains(UInt8(ascii: " ")) {
        faults.add(object.place("email"), "is not an e-mail address", remedy: "Send local-part@domain.")
      }
    }
    var phone = text(object, "phone", limit: 40)
    if let written = phone {
      let digits = String(decoding: written.utf8.filter { !" -().".utf8.contains($0) }, as: UTF8.self)
      if digits.utf8.first == UInt8(ascii: "+"), (5...15).contains(digits.utf8.count - 1),
        digits.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
      {
        phone = digits
      } else {
        faults.add(
          object.place("phone"), "is not an international telephone number",
          remedy: "Send + and 5 to 15 digits, country code first (E.164).")
      }
    }
    return Submission.Contact(email: email, phone: phone)
  }

  private mutating func payment(_ object: Object) -> Submission.Payment? {
    guard let object = member(object, "payment", fields: ["fingerprint", "country"]) else { return nil }
    return Submission.Payment(fingerprint: text(object, "fingerprint"), country: country(object, "country"))
  }

  private mutating func network(_ object: Object) -> Submission.Network? {
    let fields = ["ip", "country", "asn", "proxy", "device"]
    guard let object = member(object, "network", fields: fields) else { return nil }
    let ip = text(object, "ip", limit: 64).flatMap { written -> String? in
      if let address = normalizedIPAddress(written) { return address }
      faults.add(object.place("ip"), "is not an IP address", remedy: "Send IPv4 or IPv6, without port or zone.")
      return nil
    }
    var asn: UInt32?
    if let value = object.value("asn") {
      asn = value.integer.flatMap { UInt32(exactly: $0) }
      if asn == nil {
        faults.add(
          object.place("asn"), "is not an autonomous system number", remedy: "Send an integer from 0 to 4294967295.")
      }
    }
    return Submission.Network(
      ip: ip, country: country(object, "country"), asn: asn, proxy: boolean(object, "proxy"),
      device: text(object, "device"))
  }

  private mutating func attributes(_ object: Object) -> JSON? {
    guard let value = object.value("attributes") else { return nil }
    if case .object = value { return value }
    faults.add(object.place("attributes"), "expected an object, found \(value.kindName)", remedy: "Send {…}.")
    return nil
  }

  /// Party ids are distinct, and interests name parties that exist. Works on the JSON, so that indices in
  /// pointers are those of the request even where faulty elements were left out.
  private mutating func checkReferences(_ object: Object) {
    var ids: Set<String> = ["account"]
    for (index, party) in (object.value("parties")?.elements ?? []).prefix(SubmissionLimits.parties).enumerated() {
      guard let id = party["id"]?.text else { continue }
      if !ids.insert(id).inserted, id != "account" {
        faults.add(
          "/parties/\(index)/id", "the id `\(id.prefix(64))` stands twice", remedy: "Give each party its own id.")
      }
    }
    let interests = (object.value("interests")?.elements ?? []).prefix(SubmissionLimits.interests)
    for (index, interest) in interests.enumerated() {
      for key in ["subject", "interested_party"] {
        guard let id = interest[key]?.text, !ids.contains(id) else { continue }
        faults.add(
          "/interests/\(index)/\(key)", "there is no party `\(id.prefix(64))`",
          remedy: closest(to: id, in: ids).map { "Did you mean `\($0)`?" } ?? "Add the party, or name `account`.")
      }
    }
  }
}

/// The canonical text of an IPv4 or IPv6 address, or `nil` when it is none.
func normalizedIPAddress(_ text: String) -> String? {
  let family = text.utf8.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
  var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
  var storage = in6_addr()
  guard inet_pton(family, text, &storage) == 1,
    inet_ntop(family, &storage, &buffer, socklen_t(buffer.count)) != nil
  else { return nil }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
