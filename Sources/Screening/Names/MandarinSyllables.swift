/// The syllables of Mandarin as Hanyu Pinyin writes them, without tones.
///
/// A syllable is a whole word of a name, and nearly every two that differ by one letter are different names: between
/// Wei and Wen there is no typo to suspect.
struct MandarinSyllables: Sendable {
  static let shared = MandarinSyllables()

  private let hashes: Set<UInt64>

  private init() {
    let rows = [
      "b p m f: a o ai ei ao ou an en ang eng i iao ie ian in ing u",
      "d t n l: a e ai ei ao ou an en ang eng ong i iao ie iu ian in ing iang u uo ui uan un",
      "g k h: a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
      "j q x: i ia iao ie iu ian in ing iang iong u ue uan un",
      "zh ch sh r: a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
      "z c s: a e i ai ei ao ou an en ang eng ong u uo ui uan un",
      "y: a ao e i in ing an ang ong ou u ue uan un",
      "w: a ai an ang ei en eng o u",
    ]
    var hashes: Set<UInt64> = []
    for row in rows {
      let sides = row.split(separator: ":")
      for initial in sides[0].split(separator: " ") {
        for final in sides[1].split(separator: " ") { hashes.insert(NameToken.hash((initial + final).utf8)) }
      }
    }
    self.hashes = hashes
  }

  func contains(_ hash: UInt64) -> Bool { hashes.contains(hash) }
}
