import CEL

extension FactSchema {
  /// Where records stand in a submission, which is how their facts are named when they are unknown.
  struct Places {
    /// The applicant, whose facts have no more than their own names.
    let account: RecordPlace
    let parties: RecordPlace
    let hits: RecordPlace
    let hitsOfParties: RecordPlace

    init(account: RecordType, party: RecordType, hit: RecordType) {
      self.account = RecordPlace(account, path: "")
      parties = RecordPlace(party, path: "parties[]")
      hits = RecordPlace(hit, path: "hits[]")
      hitsOfParties = RecordPlace(hit, path: "parties[].hits[]")
    }

    static let addresses = RecordPlace(address, path: "addresses[]")
    static let identifiers = RecordPlace(identifier, path: "identifiers[]")
    static let identifiersOfParties = RecordPlace(identifier, path: "parties[].identifiers[]")
    static let contact = RecordPlace(FactSchema.contact, path: "contact")
    static let payment = RecordPlace(FactSchema.payment, path: "payment")
    static let network = RecordPlace(FactSchema.network, path: "network")
    static let interests = RecordPlace(interest, path: "interests[]")
    static let usage = RecordPlace(FactSchema.usage, path: "usage")
    static let cluster = RecordPlace(FactSchema.cluster, path: "cluster")
    // Named by what in the submission a jurisdiction was taken from.
    static let jurisdictionOfAddress = RecordPlace(jurisdiction, path: "addresses[]")
    static let jurisdictionOfPayment = RecordPlace(jurisdiction, path: "payment")
    static let jurisdictionOfNetwork = RecordPlace(jurisdiction, path: "network")
  }
}
