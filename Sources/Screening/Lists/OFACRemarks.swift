import Compliance

/// What stands in the Remarks of OFAC's files: pieces separated by semicolons, each beginning with a label (`DOB`,
/// `Passport`, `Linked To:`). What a field of the entry can hold goes there; the rest stays remarks.
struct OFACRemarks {
  private var country = PublishedCountry()
  private static let weakNames: [(prefix: String, length: Int)] = [("a.k.a. '", 8), ("f.k.a. '", 8), ("n.k.a. '", 8)]

  /// Puts what `remarks` says into `entry`.
  mutating func read(_ remarks: String, into entry: inout ListEntry) {
    var rest: [Substring] = []
    let text = OFACRemarks.withoutFinalStop(Substring(remarks))
    for part in text.utf8.split(separator: UInt8(ascii: ";")) {
      let piece = trimmed(Substring(part))
      if piece.isEmpty { continue }
      if !read(piece, into: &entry) { rest.append(piece) }
    }
    if !rest.isEmpty { entry.addRemark(rest.joined(separator: "; ")) }
  }

  private mutating func read(_ piece: Substring, into entry: inout ListEntry) -> Bool {
    let text = piece.dropping("alt. ") ?? piece
    // Names that OFAC holds too weak for its file of alternate names stand here, in quotes.
    for (prefix, length) in OFACRemarks.weakNames where text.hasPrefix(prefix) {
      let name = text.utf8.dropFirst(length)
      guard let end = name.lastIndex(of: UInt8(ascii: "'")), end > name.startIndex else { return false }
      entry.names.append(ListEntry.Name(String(Substring(name[..<end])), quality: .weak))
      return true
    }
    if let date = text.dropping("DOB ") {
      guard let span = PublishedDate.span(String(date)) else { return false }
      entry.birthDates.append(span)
      return true
    }
    if let place = text.dropping("POB ") {
      entry.birthPlaces.append(String(place))
      return true
    }
    if let other = text.dropping("Linked To: ") {
      entry.linkedTo.append(String(other))
      return true
    }
    if let gender = text.dropping("Gender ") {
      entry.gender = gender.lowercased()
      return gender == "Male" || gender == "Female"
    }
    for label in ["nationality ", "citizen ", "Nationality of Registration ", "Former Vessel Flag "] {
      if let name = text.dropping(label) {
        guard let country = country(String(name)) else { return false }
        entry.countries.append(country)
        return true
      }
    }
    return readIdentifier(text, into: &entry)
  }

  // `Passport A123 (Iran) issued 07 Feb 2003 expires 06 Feb 2008`: label, number, country, dates.
  private mutating func readIdentifier(_ text: Substring, into entry: inout ListEntry) -> Bool {
    guard let label = PublishedIdentifier.kind(ofLabel: text) else { return false }
    var value = trimmed(Substring(text.utf8.dropFirst(label.length)))
    if label.kind == "crypto-address", let space = value.lastIndex(of: " ") {
      value = value[value.index(after: space)...]
    }
    value = OFACRemarks.withoutLabelWords(value)
    var hasDates = false
    for marker in [" issued ", " expires ", ", Issued ", " Issued "] {
      if let range = value.firstRange(of: marker) {
        value = trimmed(value[..<range.lowerBound])
        hasDates = true
      }
    }
    var issuer: Country?
    if value.last == ")", let open = value.lastIndex(of: "(") {
      let inner = value[value.index(after: open)...].dropLast()
      if let found = country(String(inner)) {
        issuer = found
        value = trimmed(value[..<open])
      }
    }
    let holdsText = ["email", "website", "crypto-address", "aircraft-tail", "swift"].contains(label.kind)
    guard !value.isEmpty, value.utf8.count <= 200,
      holdsText || value.utf8.contains(where: { (0x30...0x39).contains($0) })
    else { return false }
    let identifier = PublishedIdentifier.identifier(kind: label.kind, value: String(value))
    entry.identifiers.append(
      ListEntry.Identifier(kind: identifier.kind, value: identifier.value, country: issuer))
    // The dates of a document have no field: the whole piece stays in the remarks, too.
    return !hasDates
  }

  /// Drops the words of a label that go on after its known part: `No.`, `Number`, `(USCC)`, `#`.
  static func withoutLabelWords(_ text: Substring) -> Substring {
    let words: Set<Substring> = [
      "No.", "No", "#", "Number", "Document", "Card", "Code", "ID", "Identification", "Registry", "Identity", "Member",
      "Membership", "Certificate", "IMO", "Serial", "Sign", "-", "Address", "MSN", "Numero", "de", "Social", "Credit",
      "Commercial", "License", "Transponder", "Mercantil", "Of", "of", "Incorporation", "Commerce", "Passport",
    ]
    var rest = text
    while let end = rest.firstIndex(of: " ") {
      let word = rest[..<end]
      let isAside = word.first == "(" && !word.utf8.contains { (0x30...0x39).contains($0) }
      if isAside, let close = rest.firstIndex(of: ")") {
        rest = trimmed(rest[rest.index(after: close)...])
      } else if words.contains(word) || word.hasSuffix(":") {
        rest = trimmed(rest[end...])
      } else {
        break
      }
    }
    return rest
  }

  // The stop at the end of the remarks is no part of the last piece, except in `S.A.`.
  private static func withoutFinalStop(_ text: Substring) -> Substring {
    let text = trimmed(text)
    guard text.utf8.last == UInt8(ascii: ".") else { return text }
    let body = text.utf8.dropLast()
    let wordStart = body.lastIndex { $0 == 0x20 || $0 == UInt8(ascii: ";") }.map { body.index(after: $0) }
    let lastWord = body[(wordStart ?? body.startIndex)...]
    let isAbbreviation =
      lastWord.contains(UInt8(ascii: ".")) && lastWord.count <= 8 && lastWord.allSatisfy { !(0x30...0x39).contains($0) }
    return isAbbreviation ? text : Substring(body)
  }
}

/// `text` without white space around it.
func trimmed(_ text: Substring) -> Substring {
  var utf8 = text.utf8
  while let first = utf8.first, first <= 0x20 { utf8 = utf8.dropFirst() }
  while let last = utf8.last, last <= 0x20 { utf8 = utf8.dropLast() }
  return Substring(utf8)
}

extension Substring {
  /// What follows `prefix`, without white space around it; `nil` when the text does not begin with it.
  func dropping(_ prefix: String) -> Substring? {
    utf8.starts(with: prefix.utf8) ? trimmed(Substring(utf8.dropFirst(prefix.utf8.count))) : nil
  }
}

extension ListEntry {
  /// Adds a sentence to the remarks.
  mutating func addRemark(_ text: some StringProtocol) {
    if text.isEmpty { return }
    if remarks == nil {
      remarks = String(text)
    } else {
      // In place: a field of a hundred thousand remarks must not be copied as often.
      remarks?.append("; ")
      remarks?.append(contentsOf: text)
    }
  }
}
