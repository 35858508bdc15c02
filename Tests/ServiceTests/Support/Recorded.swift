import Compliance
import Foundation

/// A decision as it was recorded, byte for byte, taken out of what `GET /v1/decisions/{id}` answers.
struct Recorded {
  let account: String
  let facts: String
  let answer: String
  let salt: String

  init(_ client: HTTPClient, _ id: String) throws {
    let read = try client.get("/v1/decisions/\(id)")
    guard read.status == 200, let account = read.json["account"]?.text, let salt = read.json["salt"]?.text,
      let trigger = read.text.range(of: ",\"trigger\":"),
      let facts = read.text.range(of: "\"salt\":\"\(salt)\",\"facts\":")
    else { throw Unexpected("\(read.status) \(read.text)") }
    self.account = account
    self.salt = salt
    self.facts = String(read.text[facts.upperBound...].dropLast())
    answer = read.text[..<trigger.lowerBound] + "}"
  }
}
