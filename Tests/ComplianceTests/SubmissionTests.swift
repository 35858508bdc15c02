import Testing

@testable import Compliance

@Suite("Submissions")
struct SubmissionTests {
  static let whole = """
    {"id":"acct_1","kind":"organization","name":" Subject Holdings ","aliases":["Subject"],"created_at":"2026-01-02T03:04:05Z",
    "birth_date":"1990-01-31","citizenships":["se","FRA"],"identifiers":[{"kind":"lei","value":"5493","country":"Sweden"}],
    "addresses":[{"kind":"registered","country":"ua","subdivision":"ua-43","city":"Yalta","line":"1 Main St"}],
    "organization":"Parent","parties":[{"id":"X","kind":"individual","name":"Ada","aliases":[],"country":"SG",
    "birth_date":"1980-02-29","identifiers":[],"roles":["director"]},{"id":"Y"}],
    "interests":[{"subject":"account","interested_party":"X","kind":"shareholding","share":"33.333333333333"},
    {"subject":"X","interested_party":"Y","share_min":10,"share_max":20.5}],
    "contact":{"email":"a@b.example","phone":"+49 (30) 123-456"},"payment":{"fingerprint":"f","country":null},
    "network":{"ip":"2001:DB8::0001","country":"de","asn":3320,"proxy":false,"device":"d"},"declared_use":"research"}
    """

  @Test("a whole submission is normalised")
  func normalised() throws {
    let submission = try Submission.decode(Array(Self.whole.utf8))
    #expect(submission.name == "Subject Holdings")
    #expect(submission.citizenships?.map(\.code) == ["SE", "FR"])
    #expect(submission.addresses?.first?.subdivision == "UA-43")
    #expect(submission.contact?.phone == "+4930123456")
    #expect(submission.network?.ip == "2001:db8::1")
    #expect(submission.payment?.country == nil)
    #expect(submission.interests?.first?.share == Percentage("33.333333333333").map { .exact($0) })
  }

  @Test("its recorded form decodes to an equal submission")
  func recorded() throws {
    let submission = try Submission.decode(Array(Self.whole.utf8))
    #expect(try Submission.decode(submission.json) == submission)
    #expect(try Facts(recorded: Facts(submission).json).submission == submission)
  }

  @Test("Hong Kong, Macao and Taiwan given as subdivisions become places of their own")
  func chinese() throws {
    let submission = try Submission.decode(
      Array(#"{"id":"a","addresses":[{"country":"CN","subdivision":"CN-TW"}]}"#.utf8))
    #expect(submission.addresses?.first?.country?.code == "TW")
  }

  @Test(
    "a fault has its pointer",
    arguments: [
      (#"[]"#, ""), (#"{}"#, "/id"), (#"{"id":1}"#, "/id"), (#"{"id":"a","adress":1}"#, "/adress"),
      (#"{"id":"a","a/b~c":1}"#, "/a~1b~0c"), (#"{"id":"a","kind":"person"}"#, "/kind"),
      (#"{"id":"a","name":""}"#, "/name"),
      (#"{"id":"a","name":"x\ny"}"#, "/name"), (#"{"id":"a","birth_date":"2026-02-30"}"#, "/birth_date"),
      (#"{"id":"a","created_at":"2026-01-01"}"#, "/created_at"), (#"{"id":"a","citizenships":"DE"}"#, "/citizenships"),
      (#"{"id":"a","citizenships":["XX"]}"#, "/citizenships/0"),
      (#"{"id":"a","addresses":[{"countri":"DE"}]}"#, "/addresses/0/countri"),
      (#"{"id":"a","addresses":[{"subdivision":"UA43"}]}"#, "/addresses/0/subdivision"),
      (#"{"id":"a","addresses":[{"subdivision":"UA-99"}]}"#, "/addresses/0/subdivision"),
      (#"{"id":"a","addresses":[{"country":"DE","subdivision":"UA-43"}]}"#, "/addresses/0/subdivision"),
      (#"{"id":"a","parties":[{"name":"x"}]}"#, "/parties/0/id"),
      (#"{"id":"a","parties":[{"id":"account"}]}"#, "/parties/0/id"),
      (#"{"id":"a","parties":[{"id":"X"},{"id":"X"}]}"#, "/parties/1/id"),
      (#"{"id":"a","interests":[{"subject":"account","interested_party":"X"}]}"#, "/interests/0/interested_party"),
      (#"{"id":"a","interests":[{"subject":"account"}]}"#, "/interests/0/interested_party"),
      (#"{"id":"a","interests":[{"subject":"account","interested_party":"account"}]}"#, "/interests/0"),
      (
        #"{"id":"a","parties":[{"id":"X"}],"interests":[{"subject":"account","interested_party":"X","share":100.5}]}"#,
        "/interests/0/share"
      ),
      (
        #"{"id":"a","parties":[{"id":"X"}],"interests":[{"subject":"account","interested_party":"X","share":true}]}"#,
        "/interests/0/share"
      ),
      (
        #"{"id":"a","parties":[{"id":"X"}],"interests":[{"subject":"account","interested_party":"X","share":1,"share_min":1}]}"#,
        "/interests/0/share"
      ),
      (
        #"{"id":"a","parties":[{"id":"X"}],"interests":[{"subject":"account","interested_party":"X","share_min":60,"share_max":40}]}"#,
        "/interests/0/share_min"
      ),
      (#"{"id":"a","contact":{"email":"nobody"}}"#, "/contact/email"),
      (#"{"id":"a","contact":{"phone":"030 123"}}"#, "/contact/phone"),
      (#"{"id":"a","network":{"ip":"1.2.3"}}"#, "/network/ip"), (#"{"id":"a","network":{"asn":-1}}"#, "/network/asn"),
      (#"{"id":"a","network":{"proxy":"yes"}}"#, "/network/proxy"),
    ])
  func fault(text: String, pointer: String) throws {
    let faults = try #require(throws: Faults.self) { try Submission.decode(Array(text.utf8)) }
    #expect(faults.list.map(\.pointer) == [pointer])
    #expect(faults.list.allSatisfy { !$0.remedy.isEmpty })
  }

  @Test("all faults are reported at once")
  func all() throws {
    let text =
      #"{"id":"","kind":"x","addresses":[{"country":"Narnia"},{"country":"DE","foo":1}],"interests":[{"subject":"a","interested_party":"b"}]}"#
    let faults = try #require(throws: Faults.self) { try Submission.decode(Array(text.utf8)) }
    #expect(
      Set(faults.list.map(\.pointer)) == [
        "/id", "/kind", "/addresses/0/country", "/addresses/1/foo", "/interests/0/subject",
        "/interests/0/interested_party",
      ])
  }

  @Test("a misspelt field gets a suggestion")
  func suggestion() throws {
    let faults = try #require(throws: Faults.self) { try Submission.decode(Array(#"{"id":"a","adresses":[]}"#.utf8)) }
    #expect(faults.list.first?.remedy == "Did you mean `addresses`?")
  }

  @Test("what is over a limit is refused")
  func limits() throws {
    let party = { (index: Int) in "{\"id\":\"p\(index)\"}" }
    let many = "{\"id\":\"a\",\"parties\":[\((0...1000).map(party).joined(separator: ","))]}"
    #expect(throws: Faults.self) { try Submission.decode(Array(many.utf8)) }
    let most = "{\"id\":\"a\",\"parties\":[\((0..<1000).map(party).joined(separator: ","))]}"
    #expect(throws: Never.self) { try Submission.decode(Array(most.utf8)) }
    let long = "{\"id\":\"a\",\"name\":\"\(String(repeating: "x", count: 1001))\"}"
    #expect(throws: Faults.self) { try Submission.decode(Array(long.utf8)) }
    let large = "{\"id\":\"a\"\(String(repeating: " ", count: 256 * 1024))}"
    #expect(throws: Faults.self) { try Submission.decode(Array(large.utf8)) }
  }
}
