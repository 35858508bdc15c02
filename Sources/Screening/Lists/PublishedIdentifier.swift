/// Kinds of documents and register numbers, told from the labels by which publishers name them.
enum PublishedIdentifier {
  /// What a label stands for. Of several that fit, the longest counts.
  private static let labels: [(label: String, kind: String)] = [
    ("passport", "passport"), ("diplomatic passport", "passport"), ("service passport", "passport"),
    ("stateless person passport", "passport"), ("travel document", "travel-document"),
    ("stateless person id card", "national"), ("national identification", "national"), ("national id", "national"),
    ("national foreign id", "national"), ("cedula", "national"), ("identification number", "national"),
    ("personal id", "national"), ("d.n.i.", "national"), ("numero de identidad", "national"),
    ("citizen's card", "national"), ("turkish identification", "national"), ("kenyan id", "national"),
    ("bosnian personal id", "national"), ("c.u.r.p.", "national"), ("c.u.i.", "national"), ("i.f.e.", "national"),
    ("ssn", "national"), ("le number", "national"), ("residency number", "national"), ("birth certificate", "birth"),
    ("driver's license", "driver-license"), ("tax id", "tax"), ("nit", "tax"), ("ruc", "tax"), ("r.f.c.", "tax"),
    ("rif", "tax"), ("rtn", "tax"), ("c.u.i.t.", "tax"), ("v.a.t.", "tax"), ("us fein", "tax"),
    ("italian fiscal", "tax"), ("fiscal code", "tax"), ("numero fiscal", "tax"), ("paraguayan tax", "tax"),
    ("registration id", "registration"), ("registration number", "registration"),
    ("company number", "registration"), ("uk company number", "registration"),
    ("commercial registry", "registration"), ("business registration", "registration"),
    ("business number", "registration"), ("matricula mercantil", "registration"),
    ("folio mercantil", "registration"), ("c.r. no.", "registration"), ("c.r. no", "registration"),
    ("trade license", "registration"),
    ("unified social credit", "registration"), ("united social credit", "registration"),
    ("enterprise number", "registration"), ("chamber of commerce", "registration"),
    ("certificate of incorporation", "registration"), ("public registration", "registration"),
    ("registered charity", "registration"), ("government gazette", "registration"),
    ("branch unit", "registration"), ("economic register", "registration"), ("dubai chamber", "registration"),
    ("romanian c.r.", "registration"), ("license", "registration"), ("file number", "registration"),
    ("tourism license", "registration"), ("central registration", "registration"),
    ("legal entity number", "registration"), ("lei", "lei"), ("swift/bic", "swift"), ("bik", "bik"),
    ("isin", "isin"), ("equity ticker", "ticker"), ("d-u-n-s", "duns"), ("mmsi", "mmsi"),
    ("vessel registration", "imo"), ("vessel call sign", "call-sign"), ("aircraft tail", "aircraft-tail"),
    ("previous aircraft tail", "aircraft-tail"), ("aircraft manufacturer's serial", "aircraft-serial"),
    ("aircraft construction", "aircraft-serial"), ("aircraft mode s", "aircraft-transponder"),
    ("digital currency address", "crypto-address"), ("email address", "email"), ("phone", "phone"),
    ("telephone", "phone"), ("website", "website"),
  ]

  // Labels by their first letter, since each of the hundred thousand pieces of remarks is held against them.
  private static let byLetter = Dictionary(
    grouping: labels.sorted { $0.label.utf8.count > $1.label.utf8.count }.map { (Array($0.label.utf8), $0.kind) },
    by: { $0.0[0] })

  /// The kind that a label names, and how many bytes of `text` the known part of the label takes.
  static func kind(ofLabel text: some StringProtocol) -> (kind: String, length: Int)? {
    guard let first = text.utf8.first.map(lowercased), let candidates = byLetter[first] else { return nil }
    for (label, kind) in candidates {
      var rest = text.utf8.makeIterator()
      // A label such as "RIF" is an abbreviation and must not be found in "Rif Dimashq" or in "Rifat".
      let isAbbreviation = label.count <= 4
      let fits = label.allSatisfy { letter in
        guard let byte = rest.next() else { return false }
        return lowercased(byte) == letter && !(isAbbreviation && byte == letter && (0x61...0x7A).contains(byte))
      }
      if !fits { continue }
      if isAbbreviation, let next = rest.next(), (0x61...0x7A).contains(lowercased(next)) { continue }
      return (kind, label.count)
    }
    return nil
  }

  /// A number with its kind: what the number itself shows is believed before the label.
  static func identifier(kind: String, value: String) -> (kind: String, value: String) {
    if isLEI(value) { return ("lei", value) }
    let digits = value.utf8.filter { (0x30...0x39).contains($0) }
    if kind == "imo" || value.uppercased().hasPrefix("IMO"), digits.count == 7 {
      return ("imo", String(decoding: digits, as: UTF8.self))
    }
    return (kind == "lei" || kind == "imo" ? "registration" : kind, value)
  }

  /// Whether a text is a Legal Entity Identifier: ISO 17442, 18 letters and digits and two check digits by ISO 7064
  /// MOD 97-10.
  static func isLEI(_ text: String) -> Bool {
    guard text.utf8.count == 20 else { return false }
    var remainder = 0
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39: remainder = (remainder * 10 + Int(byte) - 0x30) % 97
      case 0x41...0x5A: remainder = (remainder * 100 + Int(byte) - 0x37) % 97
      default: return false
      }
    }
    return remainder == 1
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
