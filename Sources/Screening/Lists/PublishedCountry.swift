import Compliance

/// Countries as the publishers of lists write them. A look-up folds accents and punctuation, which is dear, and a list
/// names the same hundred countries over and over: each is looked up once.
struct PublishedCountry {
  private var known: [String: Country?] = [:]

  /// What publishers write that is in no table of country names: short forms, cities with an own status, and places
  /// that a list names under a government that it recognises.
  private static let others: [String: String] = [
    "korea, north": "KP", "korea, south": "KR", "palestinian": "PS", "west bank": "PS", "gaza": "PS",
    "west bank (palestinian authority)": "PS", "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG", "congo": "CG", "burma": "MM", "macau": "MO", "hong kong": "HK",
    "the gambia": "GM", "gambia, the": "GM", "bahamas, the": "BS", "cote d ivoire": "CI", "cape verde": "CV",
    "czech republic": "CZ", "virgin islands, british": "VG", "british virgin islands": "VG",
    "virgin islands, u.s.": "VI", "netherlands antilles": "CW", "st. kitts and nevis": "KN",
    "saint vincent and the grenadines": "VC", "st. vincent and the grenadines": "VC", "micronesia": "FM",
    "brunei": "BN", "laos": "LA", "macedonia": "MK", "macedonia, the former yugoslav republic of": "MK",
    "the former yugoslav republic of macedonia": "MK", "swaziland": "SZ", "turkey": "TR", "turkiye": "TR",
    "vatican city": "VA", "holy see": "VA", "crimea": "UA", "crimea (occupied)": "UA", "prc": "CN",
    "man, isle of": "IM",
    "north gaza": "PS", "northern gaza": "PS", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "usa": "US", "u.s.a.": "US", "uk": "GB", "uae": "AE",
    "u.a.e.": "AE", "iran (islamic republic of)": "IR", "venezuela (bolivarian republic of)": "VE",
    "bolivia (plurinational state of)": "BO", "tanzania": "TZ", "united republic of tanzania": "TZ",
    "republic of moldova": "MD", "kosovo": "XK", "state of palestine": "PS", "russian federation": "RU",
    "united kingdom of great britain and northern ireland": "GB", "united states of america": "US",
    "palestinian territory, occupied": "PS", "people's republic of china": "CN",
  ]

  /// The country that `text` names; `nil` when it names none that is known.
  mutating func callAsFunction(_ text: String) -> Country? {
    if text.isEmpty { return nil }
    if let country = known[text] { return country }
    var name = text.lowercased()
    if let region = Substring(name).dropping("region:") { name = String(region) }
    let country = Country(text) ?? PublishedCountry.others[name].flatMap { Country($0) } ?? Country(name)
    // A file of nothing but different "countries" must not fill the memory.
    if known.count < 4096 { known[text] = country }
    return country
  }
}
