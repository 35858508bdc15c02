import Compliance

/// Submissions to send.
enum Samples {
  /// A person who may have an account.
  static func allowed(_ id: String) -> [UInt8] {
    Array(
      """
      {"id":"\(id)","kind":"individual","name":"Ada Brandt","addresses":[{"kind":"residence","country":"DE"}],\
      "payment":{"fingerprint":"card-1","country":"DE"},"network":{"ip":"192.0.2.7","country":"DE"}}
      """.utf8)
  }

  /// A person in Cuba.
  static func denied(_ id: String) -> [UInt8] {
    Array(
      """
      {"id":"\(id)","kind":"individual","name":"Luz Mora","addresses":[{"kind":"residence","country":"CU"}]}
      """.utf8)
  }

  /// A person of whom too little is known.
  static func incomplete(_ id: String) -> [UInt8] { Array(#"{"id":"\#(id)","kind":"individual"}"#.utf8) }

  /// An organisation with every field there is.
  static func whole(_ id: String) -> [UInt8] {
    Array(
      """
      {"id":"\(id)","kind":"organization","name":"Subject Holdings","aliases":["Subject","Sübject 主体"],\
      "created_at":"2026-01-02T03:04:05Z","birth_date":"1990-01-31","citizenships":["se","FRA"],\
      "identifiers":[{"kind":"lei","value":"5493","country":"Sweden"}],\
      "addresses":[{"kind":"registered","country":"ua","subdivision":"UA-30","city":"Kyiv","line":"1 Main St"},\
      {"kind":"headquarters","country":"SG"}],"organization":"Parent",\
      "parties":[{"id":"X","kind":"individual","name":"Ada","aliases":[],"country":"SG","birth_date":"1980-02-29",\
      "identifiers":[],"roles":["director"]},{"id":"Y"}],\
      "interests":[{"subject":"account","interested_party":"X","kind":"shareholding","share":"33.333333333333"},\
      {"subject":"X","interested_party":"Y","share_min":10,"share_max":20.5}],\
      "contact":{"email":"a@b.example","phone":"+49 (30) 123-456"},"payment":{"fingerprint":"f","country":null},\
      "network":{"ip":"2001:DB8::0001","country":"de","asn":3320,"proxy":false,"device":"d"},\
      "declared_use":"research"}
      """.utf8)
  }
}
