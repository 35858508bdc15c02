/// The words that are read by what they are, not by how rare they are. Folded spelling; facts about names, kept where a
/// reader can correct them.
enum WordLists {
  /// Joins parts of a person's name and comes and goes: weighs next to nothing.
  static let particles = """
    al el ul ur us as ad an ash ar at az bin ibn ben bint binte binti bn ould walad wald uld de del della di da das do
    dos du des la le las los van von vom zu zum zur der den ten ter te y e i und und af av d l o st oglu ogly kyzy qizi
    ugli ou aw a na
    """

  /// Stands before or after a person's name and is no part of it.
  static let titles = """
    mr mrs ms miss dr prof professor sir dame lord lady monsieur madame mme herr frau senor senora don dona doktor
    sheikh shaykh shaikh sheik cheikh sheykh haji hajji hajj haj hadji mullah mulla maulvi mawlawi maulawi molvi mawlana
    maulana qari ustad ustaz imam ayatollah hojjatoleslam sardar alhaj alhaji general gen colonel col major maj captain
    capt lieutenant lt commander cmdr admiral brigadier brig marshal engineer eng ing president minister senator judge
    hon honorable rev reverend father comandante jr sr junior senior phd md esq ph u daw
    """

  /// Words that many organisations have, so that sharing one says little.
  static let generic = """
    trading trade company international intl group bank holding holdings industry industries industrial general services
    service enterprise enterprises corporation development investment investments invest technology technologies tech
    systems system solutions global world management consulting center centre institute research foundation
    organization organisation association society committee council agency authority ministry department office bureau
    national federal state public republic government commercial production manufacturing factory plant works shipping
    maritime marine lines line logistics transport transportation import export construction engineering electronics
    electronic equipment machinery products supply energy oil gas petroleum petrochemical chemical power aviation
    airlines air aerospace mining steel metal metals pharmaceutical medical health scientific science sciences technical
    university academy school college joint venture partners capital fund trust finance financial insurance exchange
    real estate security defense defence military army force forces special central united new first branch division
    complex concern union federation party movement front islamic charity charitable relief design motors motor
    communications telecommunications telecom information digital network media business ticaret sanayi dis
    nauchno proizvodstvennoe proizvodstvennaya zavod institut tsentr predpriyatie obedinenie nauchnyy issledovatelskiy
    imeni named after gosudarstvennoe gosudarstvennyy grupo comercial inversiones transportes
    europe asia africa america middle east west north south far pacific atlantic european asian african american
    eastern western northern southern securities services solution partnership mortgage series banking banco banka banque
    """

  /// Little words of an organisation's name that come and go.
  static let fillers = """
    the of for and in on at to by with an a de del la le les des du et y e und der die das fur di da do von van i na ve s
    also known as or al el
    joint stock liability limited obshchestvo obschestvo ogranichennoi ogranichennoy otvetstvennostyu aktsionernoe
    aktsionernoye otkrytoe otkrytoye zakrytoe zakrytoye publichnoe publichnoye nepublichnoe tovarystvo z obmezhenoyu
    vidpovidalnistyu sociedad anonima societe responsabilidad gesellschaft haftung mit beschrankter anonim sirketi sti
    open closed private unitary republican budgetary c r l p v m k h en ltd
    """

  /// Words that make an organisation one of a series run by one house, told apart only by number.
  static let serial = "fund trust partners series capital securities notes mortgage spv"

  /// Numbers as words.
  static let numbers: [(String, Int)] = [
    ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8), ("nine", 9),
    ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13), ("fourteen", 14), ("fifteen", 15), ("sixteen", 16),
    ("seventeen", 17), ("eighteen", 18), ("nineteen", 19), ("twenty", 20), ("thirty", 30), ("forty", 40),
    ("fifty", 50), ("sixty", 60), ("seventy", 70), ("eighty", 80), ("ninety", 90),
  ]

  /// Written one way for another, word sequence by word sequence, in organisations.
  static let rewrites: [(String, String)] = [
    ("united states of america", "usa"), ("united states", "usa"), ("us", "usa"), ("united kingdom", "uk"),
    ("great britain", "uk"), ("united arab emirates", "uae"), ("russian federation", "russia"),
    ("int l", "international"),
    ("co operation", "cooperation"), ("schweiz", "switzerland"), ("suisse", "switzerland"), ("deutschland", "germany"),
    ("espana", "spain"), ("italia", "italy"), ("nederland", "netherlands"), ("norge", "norway"), ("sverige", "sweden"),
    ("danmark", "denmark"), ("brasil", "brazil"), ("rossiya", "russia"),
  ]
}
