import Testing

@testable import Screening

@Suite("Published identifiers")
struct PublishedIdentifierTests {
  @Test(
    "a label tells the kind",
    arguments: [
      ("Passport A1", "passport"), ("Diplomatic Passport 0088", "passport"), ("Cedula No. 16", "national"),
      ("NIT # 8001", "tax"), ("C.U.I.T. 30-6", "tax"), ("C.U.I. 1", "national"), ("RIF J-3", "tax"),
      ("SWIFT/BIC HAV", "swift"), ("LEI 5493", "lei"), ("UK Company Number 1", "registration"),
      ("Vessel Registration Identification IMO 9187629", "imo"), ("Website www.x.org", "website"),
    ])
  func kinds(_ text: String, _ kind: String) { #expect(PublishedIdentifier.kind(ofLabel: text)?.kind == kind) }

  @Test(
    "a short label is no beginning of a word",
    arguments: ["Leila", "Nitrogen 5", "Rif Dimashq 5", "NITROGEN 5", "Ricardo", "Fax 1", ""])
  func words(_ text: String) { #expect(PublishedIdentifier.kind(ofLabel: text) == nil) }

  @Test("the check digits tell a Legal Entity Identifier from another number of its length")
  func lei() {
    #expect(PublishedIdentifier.isLEI("253400WSS48YWMBUA688"))
    #expect(!PublishedIdentifier.isLEI("253400WSS48YWMBUA689"))
    #expect(!PublishedIdentifier.isLEI("253400wss48ywmbua688"))
    #expect(!PublishedIdentifier.isLEI("851683897"))
    #expect(PublishedIdentifier.identifier(kind: "registration", value: "253400WSS48YWMBUA688").kind == "lei")
    #expect(PublishedIdentifier.identifier(kind: "registration", value: "851683897").kind == "registration")
  }
}
