import Testing

@testable import CEL

struct RegexCase: Sendable, CustomTestStringConvertible {
  let pattern: String
  let matching: [String]
  let failing: [String]

  init(_ pattern: String, _ matching: [String], not failing: [String] = []) {
    self.pattern = pattern
    self.matching = matching
    self.failing = failing
  }

  var testDescription: String { pattern }
}

@Suite("RE2 syntax")
struct RegexSyntaxTests {
  static let cases: [RegexCase] = [
    .init("", ["", "a"]),
    .init("ubb", ["hubba", "ubb"], not: ["ub", "UBB", ""]),
    .init("foo|bar", ["foobar", "xbar"], not: ["fo", "ba", ""]),
    .init("^a|b$", ["ac", "cb"], not: ["ca", "bc"]),
    .init("gr(a|e)y", ["gray", "grey"], not: ["gry", "graey"]),
    .init("^ba(na){2}$", ["banana"], not: ["bana", "bananana"]),
    .init("(a|😀){2}", ["a😀", "😀😀"], not: ["a", "😀b😀"]),
    .init("^a|$", ["", "b"]),
    .init("^()$", [""], not: ["a"]),
    .init("^(|a)$", ["", "a"], not: ["aa"]),
    // Repetition.
    .init("^a*$", ["", "a", "aaa"], not: ["ab"]),
    .init("^a+$", ["a", "aaa"], not: ["", "ba"]),
    .init("^a?b$", ["b", "ab"], not: ["aab"]),
    .init("^a*?b+?c??$", ["b", "aabbc"], not: ["a"]),
    .init("^a{2,3}$", ["aa", "aaa"], not: ["a", "aaaa"]),
    .init("^a{2,}$", ["aa", "aaaaa"], not: ["a"]),
    .init("^a{0}$", [""], not: ["a"]),
    .init("^a{0,2}?$", ["", "aa"], not: ["aaa"]),
    .init("^(a|b){3}?$", ["aba"], not: ["ab"]),
    .init("^a{,2}$", ["a{,2}"], not: ["aa"]),
    .init("^a{x}{$", ["a{x}{"]),
    .init("^{$", ["{"]),
    .init("^(a*)*$", ["", "aa"], not: ["ab"]),
    .init("^(a*)+b$", ["b", "ab"], not: ["a"]),
    .init("^(a?){1000}$", ["", "aaa"], not: ["b"]),
    .init("^(?U)a+$", ["aa"]),
    .init("^*a", ["ba"]),
    // Classes.
    .init("^[abc]$", ["a", "c"], not: ["d", ""]),
    .init("^[^abc]$", ["d", "\n", "é"], not: ["a"]),
    .init("^[a-c-e]$", ["b", "-", "e"], not: ["d"]),
    .init("^[]a]$", ["]", "a"]),
    .init("^[^]a]$", ["b"], not: ["]"]),
    .init("^[a-]$", ["a", "-"]),
    .init("^[-a]$", ["a", "-"]),
    .init("^[\\]\\-\\\\]$", ["]", "-", "\\"], not: ["a"]),
    .init("^[\\d\\s_]+$", ["1 _\t"], not: ["a"]),
    .init("^[^\\D5]$", ["4"], not: ["5", "a"]),
    .init("^[\\x41-\\x{43}]$", ["A", "C"], not: ["D"]),
    .init("^[[:alpha:]]+$", ["abC"], not: ["a1", "é"]),
    .init("^[[:^alpha:]x]+$", ["12x"], not: ["a"]),
    .init("^[[:word:][:punct:]]+$", ["a_!"], not: [" "]),
    .init("^[[:space:]]$", ["\u{0B}", " "], not: ["\u{A0}"]),
    .init("^[[:xdigit:]]+$", ["09afAF"], not: ["g"]),
    .init("^[a-zé]+$", ["café"], not: ["cafÉ"]),
    .init("^[[]$", ["["]),
    .init("^[[:]$", ["[", ":"]),
    // Perl and Unicode classes.
    .init("^\\d+$", ["123"], not: ["١"]),
    .init("^\\D$", ["a", "١"], not: ["1"]),
    .init("^\\w+$", ["a_1"], not: ["é", "-"]),
    .init("^\\W$", ["é", "-"], not: ["a"]),
    .init("^\\s$", [" ", "\t", "\n", "\u{0C}", "\r"], not: ["\u{0B}", "\u{A0}"]),
    .init("^\\S$", ["a"], not: [" "]),
    .init("^\\pL+$", ["abcÆλЖ漢"], not: ["1"]),
    .init("^\\PL$", ["1"], not: ["λ"]),
    .init("^\\p{Lu}$", ["A", "Ж"], not: ["a"]),
    .init("^\\p{^Lu}$", ["a"], not: ["A"]),
    .init("^\\P{^Lu}$", ["A"], not: ["a"]),
    .init("^\\p{Greek}+$", ["αβγ"], not: ["a", "Ж"]),
    .init("^[\\p{Han}\\p{Hiragana}]+$", ["漢ひ"], not: ["カ"]),
    .init("^\\pN$", ["1", "١", "Ⅷ"], not: ["a"]),
    .init("^\\p{Any}$", ["a", "😀"], not: [""]),
    .init("^\\p{Old_Italic}$", ["\u{10300}"]),
    .init("^\\p{Sc}$", ["€", "$"], not: ["a"]),
    // Escapes.
    .init("^\\a\\f\\n\\r\\t\\v$", ["\u{07}\u{0C}\n\r\t\u{0B}"]),
    .init("^\\.\\*\\_\\/$", [".*_/"]),
    .init("^\\x61\\x{1F600}$", ["a😀"]),
    .init("^\\141\\0\\07$", ["a\0\u{07}"]),
    .init("^\\Qa.b*\\E+$", ["a.b**"], not: ["aab"]),
    .init("^\\Q\\E$", [""]),
    .init("\\Qa(b", ["a(b"]),
    // Dots, anchors and boundaries.
    .init("^.$", ["a", "é", "😀"], not: ["\n", "", "ab"]),
    .init("^(?s).$", ["\n"]),
    .init("^..$", ["e\u{301}"], not: ["é"]),
    .init("a$", ["a", "ba"], not: ["a\n"]),
    .init("(?m)a$", ["a\nb", "a"], not: ["ab\n"]),
    .init("(?m)^b", ["a\nb"], not: ["ab"]),
    .init("(?m)^$", ["", "a\n\nb", "a\n"], not: ["a\nb"]),
    .init("\\Ab", ["b"], not: ["a\nb"]),
    .init("(?m)\\Ab\\z", ["b"], not: ["a\nb"]),
    .init("b\\z", ["ab"], not: ["b\n"]),
    .init("\\bfoo\\b", ["a foo b", "foo", "foo-bar"], not: ["foobar", "afoo", "foo_"]),
    .init("\\Boo\\b", ["foo"], not: ["oo"]),
    .init("^\\B$", [""]),
    .init("^\\b", ["a"], not: ["", "-"]),
    .init("é\\b", ["éa"], not: ["é", "é-"]),
    .init("a\\Bé|aé\\B.", ["aéé"], not: ["aéa"]),
    .init("^a\\Bé$", [], not: ["aé"]),
    // Groups and flags.
    .init("^(?:ab)+$", ["abab"], not: ["aba"]),
    .init("^(?P<first>a)(?<second>b)$", ["ab"]),
    .init("^(?i)ab$", ["AB", "aB"], not: ["ac"]),
    .init("^(?i:a)b$", ["Ab", "ab"], not: ["AB"]),
    .init("^((?i)a)b$", ["Ab"], not: ["AB"]),
    .init("^a(?i)b|c$", ["aB", "xC"], not: ["AB"]),
    .init("(?i)^(?-i)a(?i:b)$", ["aB"], not: ["AB"]),
    .init("^(?is-m:a.)$", ["A\n"], not: ["b\n"]),
    .init("^(?i)[a-c]+$", ["AbC"], not: ["d"]),
    .init("^(?i)[^a]$", ["b"], not: ["A", "a"]),
    .init("^(?i)k$", ["k", "K", "\u{212A}"], not: ["j"]),
    .init("^(?i)ſ$", ["s", "S"]),
    .init("^(?i)[[:upper:]]$", ["a", "\u{17F}"], not: ["1"]),
    .init("^(?i)\\p{Lu}$", ["a", "ж"], not: ["1"]),
    .init("^(?i)straße$", ["STRAẞE"], not: ["STRASSE"]),
    .init("^(?i)σ$", ["Σ", "ς"]),
    .init("^(?i)ĀāĂ$", ["āĀă"]),
    .init("^(?i)i$", ["I"], not: ["ı", "İ"]),
    .init("^(?i)\\x{1C4}$", ["\u{1C5}", "\u{1C6}"], not: ["\u{1C7}"]),
    // What customers write.
    .init("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", ["a.b@c.example"], not: ["a@b", "a b@c.de"]),
    .init("^(?:GB|UK)\\d{9}(?:\\d{3})?$", ["GB123456789", "UK123456789012"], not: ["GB12345678"]),
    .init("(?i)\\b(?:cassino|casino|bet)\\b", ["Best Casino Ltd"], not: ["better"]),
  ]

  @Test("a pattern matches what it should and nothing else", arguments: cases)
  func table(_ item: RegexCase) throws {
    for regex in try [LinearRegex(item.pattern), LinearRegex(item.pattern, usesTable: false)] {
      for text in item.matching { #expect(regex.matches(text), "\(item.pattern) on \(text)") }
      for text in item.failing { #expect(!regex.matches(text), "\(item.pattern) on \(text)") }
    }
  }

  @Test(
    "a faulty pattern is refused with the place of the fault",
    arguments: [
      ("a(b", 1), ("a)b", 1), ("a[b", 1), ("a\\", 1), ("*a", 0), ("a**", 2), ("a+*", 2), ("a{2}{3}", 4),
      ("a*??", 3), ("(*)", 1), ("a|*", 2), ("?", 0), ("{2}", 0), ("a{2,1}", 1), ("a{1001}", 1),
      ("a{2,1001}", 1), ("a{99999999999999999999}", 1), ("(a{100}){100}", 0), ("\\1", 0), ("a\\8", 1),
      ("\\y", 0), ("\\Z", 0), ("\\C", 0), ("(?=a)", 0), ("(?!a)", 0), ("(?<=a)", 0), ("(?<!a)", 0),
      ("(?>a)", 0), ("(?x)a", 0), ("(?i", 0), ("(?", 0), ("(?-)", 0), ("(?P=n)", 0), ("(?P<n", 0),
      ("(?<>a)", 0),
      ("(?P<n>a)(?<n>b)", 8), ("[b-a]", 1), ("[a-\\d]", 3), ("[[:foo:]]", 1), ("[]", 0), ("[^]", 0),
      ("[a-", 0),
      ("\\p{Klingon}", 0), ("\\p{Lu", 0), ("\\p", 0), ("\\x", 0), ("\\x{}", 0), ("\\x{110000}", 0),
      ("\\x4", 0),
      ("é(", 1), ("(?i)*", 4),
    ])
  func faults(_ pattern: String, _ offset: Int) {
    let error = #expect(throws: RegexError.self, "\(pattern)") { try LinearRegex(pattern) }
    #expect(error?.offset == offset, "\(pattern): \(error?.description ?? "")")
  }

  @Test("patterns beyond a limit are refused, not compiled")
  func limits() {
    let nested = String(repeating: "(", count: 100_000)
    #expect(throws: RegexError.self) { try LinearRegex(nested) }
    let deep = String(repeating: "(", count: 300) + String(repeating: ")", count: 300)
    #expect(throws: RegexError.self) { try LinearRegex(deep) }
    let long = String(repeating: "a", count: 20_000)
    #expect(throws: RegexError.self) { try LinearRegex(long) }
    let large = "(" + String(repeating: "a", count: 1_000) + "){1000}"
    #expect(throws: RegexError.self) { try LinearRegex(large) }
    let classes = "[" + String(repeating: "\\pL", count: 5_000) + "]"
    #expect(throws: RegexError.self) { try LinearRegex(classes) }
    let allowed = String(repeating: "(", count: 200) + "a" + String(repeating: ")*", count: 200)
    #expect(throws: Never.self) { try LinearRegex(allowed) }
  }
}
