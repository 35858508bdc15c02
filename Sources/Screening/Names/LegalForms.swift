/// What kind of legal person a form such as `GmbH` or `ООО` makes, coarse enough that forms of different countries
/// can be compared.
enum LegalForm: UInt16, Sendable, CaseIterable {
  case limited = 1
  case stock
  case partnership
  case nonprofit
  case state
  case company

  /// As it stands in an explanation.
  var label: String {
    switch self {
    case .limited: "limited company"
    case .stock: "stock company"
    case .partnership: "partnership"
    case .nonprofit: "non-profit body"
    case .state: "state enterprise"
    case .company: "company"
    }
  }

  /// Whether two forms may be ways to write one: `Company` says nothing about which.
  func agrees(with other: LegalForm) -> Bool { self == other || self == .company || other == .company }
}

/// The legal forms, as folded words: one line a kind, the ways to write it between bars. Scripts other than Latin are
/// written as ``Folding`` writes them.
let legalForms: [(LegalForm, String)] = [
  (
    .limited,
    """
    gmbh|g m b h|gesellschaft mit beschrankter haftung|gesellschaft mbh|ges m b h|ggmbh|ltd|limited|ltda|limitada
    |co ltd|co limited|company limited|company ltd|pvt ltd|private limited|pte ltd|pte limited|pte|pvt|pty|pty ltd
    |pty limited|private limited company|limited company|limited liability company|limited liability co|llc|l l c
    |limited liability|sarl|s a r l|s a r l u|societe a responsabilite limitee|srl|s r l|srls
    |societa a responsabilita limitata|sociedad de responsabilidad limitada|s de r l|s de rl|s de rl de cv
    |sociedad limitada|sl|s l|slu|societatea cu raspundere limitata|bv|b v|besloten vennootschap|bvba|sprl|ooo|o o o
    |obshchestvo s ogranichennoy otvetstvennostyu|obshchestvo s ogranichennoi otvetstvennostyu
    |obschestvo s ogranichennoy otvetstvennostyu|obschestvo s ogranichennoi otvetstvennostyu
    |obshestvo s ogranichennoy otvetstvennostyu|tov|t o v|tovarystvo z obmezhenoyu vidpovidalnistyu|too|doo|d o o
    |drustvo s ogranicenom odgovornoscu|eood|ood|sp z oo|sp z o o|sp zoo|spolka z ograniczona odpowiedzialnoscia|sro
    |s r o|spol s ro|spolecnost s rucenim omezenym|kft|korlatolt felelossegu tarsasag|oy|ab|a b|aps|as ltd|uab|sia|ou
    |mchj|mcj|xususiy korxona|ltd sti|limited sirketi|limited sti|san ve tic ltd sti|sanayi ve ticaret limited sirketi
    |yugen kaisha|yk|sdn bhd|sendirian berhad|fze|fz llc|fzco|fzc|fz|dmcc|free zone establishment|free zone company
    |wll|w l l|spc|you xian gong si|youxian gongsi|yu han hoesa|eurl|lda|unipessoal lda|asbl ltd|cong ty tnhh|tnhh
    |trach nhiem huu han|proprietary limited|unlimited
    """
  ),
  (
    .stock,
    """
    ag|a g|aktiengesellschaft|akg|aktiengeselschaft|plc|p l c|public limited company|public limited|public company limited
    |pcl|inc|incorporated|corp|corporation|sa|s a|societe anonyme|sociedad anonima|societa per azioni|sociedade anonima
    |spa|s p a|sa de cv|sa cv|sa de|de cv|s de rl cv|s rl de cv|s de cv|cv de sa|cv sa de|spr de rl|s p r de rl|spr de rl de cv|s de pr de rl|s a de c v|sociedad anonima de capital variable|sab de cv|s a b de c v|sapi de cv|nv|n v
    |naamloze vennootschap|n a|na|national association|se|as|a s|asa|aksjeselskap|aktieselskab|aktiebolag|oyj|publ
    |ao|a o|oao|o a o|zao|z a o|pao|p a o|aktsionernoe obshchestvo|aktsionernoye obshchestvo|aktsionernoe obschestvo
    |otkrytoe aktsionernoe obshchestvo|otkrytoye aktsionernoye obshchestvo|otkrytoe aktsionernoe obschestvo
    |zakrytoe aktsionernoe obshchestvo|zakrytoye aktsionernoye obshchestvo|zakrytoe aktsionernoe obschestvo
    |publichnoe aktsionernoe obshchestvo|publichnoye aktsionernoye obshchestvo|publichnoe aktsionernoe obschestvo
    |nepublichnoe aktsionernoe obshchestvo|joint stock company|joint stock co|open joint stock company
    |closed joint stock company|public joint stock company|private joint stock company|jsc|j s c|ojsc|o j s c|cjsc
    |pjsc|pjs|jsco|jscb|joynt stock company|joint stock compan|joint stock|open joint stock|closed joint stock
    |public joint stock|private joint stock|pat|prat|ad|akcionarsko drustvo|dd|d d|akciova spolecnost|a s ve
    |spolka akcyjna|s a s|sas|societe par actions simplifiee|sasu|saog|saoc|sal|s a l|saa|sac|s a c|eireli|tbk|pt|p t
    |persero|pt persero|berhad|bhd|anonim sirketi|a s ti|anonim sti|kk|k k|kabushiki kaisha|kabushikigaisha
    |gu fen you xian gong si|gufen youxian gongsi|jusik hoesa|zrt|nyrt|rt|kgaa|shareholding company|joint venture stock
    |aj|ska|ave|ae|a e|anonymi etaireia|sha|sh a|qsc|q s c|pjsco|psc|ksc|k s c|kscp|bsc|b s c|sae|s a e
    """
  ),
  (
    .partnership,
    """
    lp|l p|limited partnership|llp|l l p|limited liability partnership|kg|k g|kommanditgesellschaft|ohg|gbr|gp
    |general partnership|gmbh und co kg|gmbh and co kg|gmbh co kg|ag and co kg|and co kg|co kg|snc|s n c|sas di
    |societe en commandite simple|scs|s c s|sca|s c a|cv|c v|commanditaire vennootschap|vof|ks|komanditni spolecnost
    |sp k|spolka komandytowa|lllp|pllc
    """
  ),
  (
    .nonprofit,
    """
    ev|e v|eingetragener verein|ano|a n o|avtonomnaya nekommercheskaya organizatsiya
    |autonomous non profit organization|autonomous nonprofit organization|non profit organization|nonprofit organization
    |asbl|a s b l|vzw|association sans but lucratif|onlus|gug|non governmental organization|ngo|noo
    """
  ),
  (
    .state,
    """
    fgup|f g u p|fgu|gup|mup|federalnoe gosudarstvennoe unitarnoe predpriyatie|federal state unitary enterprise
    |federalnoye gosudarstvennoye unitarnoye predpriyatiye|state unitary enterprise|unitary enterprise
    |republican unitary enterprise|rup|federal state enterprise|federal state budgetary institution|fgbu|fgku|fsue
    |federal state budgetary institution of science|state owned enterprise|state enterprise|vep
    """
  ),
  (
    .company,
    """
    co|company|and co|and company|cie|et cie|und co|y cia|cia|compania|compagnie|kompaniya|and sons co|firma|firm
    |gong si|gongsi|hoesa|sirketi|sti|establishment|est
    """
  ),
]

/// Misspelt words of legal forms.
enum LegalWords {
  private static let words = [
    "limited", "company", "liability", "corporation", "incorporated", "joint", "stock", "obshchestvo", "ogranichennoi",
    "ogranichennoy", "otvetstvennostyu", "aktsionernoe", "aktsionernoye", "publichnoe", "otkrytoe", "zakrytoe",
    "sirketi",
    "anonim", "sociedad", "anonima", "aktiengesellschaft", "gesellschaft", "public",
  ].map { TokenText($0.utf8) }
  private static let short = [
    "ltd", "llc", "inc", "plc", "ooo", "oao", "pao", "zao", "jsc", "pjsc", "ojsc", "cjsc", "gmbh", "corp", "sarl",
    "srl", "fze",
    "ltda", "sas", "spa", "pte", "ood", "llp", "bvba", "ao", "co",
  ].map { TokenText($0.utf8) }

  /// Whether a short word is one letter off a usual legal form.
  static func mayBeForm(_ text: TokenText) -> Bool {
    (3...5).contains(text.count)
      && short.contains { abs(Int($0.count) - Int(text.count)) <= 1 && editDistance($0, text) == 1 }
  }

  private static let letters = words.map(\.letters)

  /// The word of a legal form that differs from this by one letter.
  /// - Parameter beside: Whether another word of a legal form stands in the name, so that less is needed to suspect it.
  static func corrected(_ bytes: [UInt8], beside: Bool) -> [UInt8]? {
    guard bytes.count >= (beside ? 4 : 5), bytes.count < TokenText.capacity else { return nil }
    let text = TokenText(bytes)
    let mask = text.letters
    for (word, letters) in zip(words, letters)
    where (mask ^ letters).nonzeroBitCount <= 2 && abs(Int(word.count) - bytes.count) <= 1 {
      let distance = editDistance(text, word)
      if distance == 0 { return nil }
      if distance == 1, beside || word.count > 5 || word[0] == text[0] { return word.bytes }
    }
    return nil
  }

  /// Whether a word is one of a legal form's, rightly spelt.
  static func contains(_ bytes: [UInt8]) -> Bool { hashes.contains(NameToken.hash(bytes)) }

  private static let hashes = Set(words.map { NameToken.hash($0.bytes) })
}
