import Testing

@testable import Screening

@Suite("A name's words")
struct FoldingTests {
  @Test(
    "are folded to ASCII from any script",
    arguments: [
      ("Société Générale", "societe generale"), ("Владимир Путин", "vladimir putin"), ("Щукин Юрий", "shchukin yuriy"),
      ("Κυριάκος", "kyriakos"), ("Straße", "strasse"), ("Erdoğan", "erdogan"), ("Łukasz Ørsted", "lukasz orsted"),
      ("習近平", "xi jin ping"), ("习近平", "xi jin ping"), ("ბარაკ ობამა", "barak obama"), ("Ｇａｚｐｒｏｍ", "gazprom"),
      ("Al-Qa’ida", "al qaida"), ("SergeiLavrov", "sergei lavrov"), ("SiemensAG", "siemens ag"),
      ("McKenton", "mckenton"),
      ("DONGWenbo", "dong wenbo"), ("VARFOLyMEEV", "varfolymeev"), ("H&M", "h and m"), ("2005-AR16", "2005 ar 16"),
      ("", ""), ("!?…", ""),
    ])
  func folded(_ text: String, _ words: String) {
    #expect(
      Folding.words(of: text).words.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: " ") == words)
  }

  @Test("never exceed the limits")
  func limits() {
    #expect(Folding.words(of: String(repeating: "a ", count: 100_000)).words.count == NameLimits.words)
    #expect(Folding.words(of: String(repeating: "习", count: 100_000)).words.count == NameLimits.words)
    #expect(Folding.words(of: String(repeating: "é", count: 100_000)).words.count == 1)
  }
}
