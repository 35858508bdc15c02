/// What two accounts can have in common, and how much it says that they do.
public enum TraceKind: UInt8, Sendable, CaseIterable {
  /// The fingerprint of a means of payment.
  case card = 1
  /// The fingerprint of a device.
  case device = 2
  /// A telephone number.
  case phone = 3
  /// What follows the @ of an e-mail address.
  case emailDomain = 4
  /// The address from which the account was made.
  case ip = 5
  /// The network of that address: /24 of IPv4, /48 of IPv6.
  case subnet = 6
  /// The name of somebody with an interest in the account, or of one who directs it.
  case party = 7
  /// A street address.
  case address = 8

  /// What it is called in explanations.
  public var name: String {
    switch self {
    case .card: "card"
    case .device: "device"
    case .phone: "phone"
    case .emailDomain: "e-mail domain"
    case .ip: "IP address"
    case .subnet: "network"
    case .party: "person"
    case .address: "address"
    }
  }

  /// The agreement weight of a value that nobody else carries, in bits: how much likelier two accounts of one operator
  /// agree on it than two strangers do (the log₂ m/u of Fellegi and Sunter 1969).
  ///
  /// It is far below what rarity alone would give (one in a million is 20 bits), because the rare cases in which
  /// strangers do agree are accidents that rarity does not see: numbers are assigned anew, cards are stolen, addresses
  /// are passed on. A card is hardest to come by, an address of the Internet easiest. No kind reaches
  /// ``LinkWeights/needed`` by itself.
  public var agreement: Float {
    switch self {
    case .card: 6
    case .device: 5
    case .phone, .emailDomain, .subnet, .party, .address: 4
    case .ip: 3
    }
  }
}
