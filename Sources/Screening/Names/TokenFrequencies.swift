/// In which share of the names a word occurs: what makes agreement on it weak evidence or strong.
///
/// ``standard`` is what is known without lists, measured on the published ones; lists in use refine it.
public struct TokenFrequencies: Sendable {
  /// The frequencies that are built in.
  public static let standard = TokenFrequencies()

  private var shares: [NameSchema: [UInt64: Float]] = [:]
  /// Names below which a list's own counts say too little.
  static let namesForCounts = 2_000

  private init() {
    var people: [UInt64: Float] = [:]
    for (share, words) in TokenFrequencies.people {
      for word in words.split(whereSeparator: \.isWhitespace) { people[NameToken.hash(word.utf8)] = share }
    }
    shares[.person] = people
    shares[.organization] = [:]
    shares[.vessel] = [:]
  }

  /// The share of names of a schema that have the word, 0 when it is not known.
  func share(of hash: UInt64, in schema: NameSchema) -> Float { shares[schema]?[hash] ?? 0 }

  /// These frequencies, raised where the counted names have a word more often.
  func counted(_ counts: [UInt64: UInt32], names: Int, in schema: NameSchema) -> TokenFrequencies {
    guard names >= TokenFrequencies.namesForCounts else { return self }
    var result = self
    for (hash, count) in counts where count >= 4 {
      let share = Float(count) / Float(names)
      if share > result.share(of: hash, in: schema) { result.shares[schema]?[hash] = share }
    }
    return result
  }

  /// How much agreement on a word weighs: 1 for a rare one, down to 0.6 for one that three names in a hundred have.
  func weight(of hash: UInt64, in schema: NameSchema) -> Float {
    let share = share(of: hash, in: schema)
    guard share > 0 else { return 1 }
    return 1 - Scoring.commonDiscount * min(max((NameToken.log10(share) + 3.2) / 1.7, 0), 1)
  }

  private static let people: [(Float, String)] = [
    (0.03, "ali mohammad muhammad mohammed ahmad ahmed mohamed abdul abu"),
    (
      0.01,
      """
      ibrahim hassan hasan rahman reza alexander vladimir jose aleksandr sergey sergei abdullah abdallah vladimirovich
      hussein hossein aleksandrovich andrey kim maria john david james
      """
    ),
    (
      0.004,
      """
      hamid nikolaevich igor viktorovich saleh omar dmitry oleg ivanovich mahmoud said mohamad chol andrei nikolayevich
      mikhail abbas mustafa luis lopez gonzalez khan salih rodriguez jesus antonio alexey aziz ivan viktor majid yuryevich
      aleksey amir vladimirovna khalil salim ismail carlos husayn yahya hernandez yusuf sergeyevich mahmud umar victor
      salah miguel juan borisovich jamal mehdi sanchez mikhailovich nikolay khaled hadi ri din khalid jorge garcia
      sergeevich manuel mahdi musa amin olga karim perez daniel akbar song rashid torres martinez wang li chen zhang liu
      singh kumar nguyen smith jones michael robert william thomas peter paul anna elena yong ho jong il
      """
    ),
  ]
}
