/// A percentage, exact: an integer number of 10⁻¹² percent. Sums of the shares of any permitted submission
/// (5,000 interests of at most 100 %) stay far within 64 bits, so that 33.3 + 33.3 + 33.4 is 100 and a share
/// of 49.999999999999 is below 50. Binary fractions never take part.
public struct Percentage: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// How many units make one percent.
  public static let unitsPerPercent: Int64 = 1_000_000_000_000
  /// How many digits may stand behind the decimal point.
  public static let maximumFractionDigits = 12

  /// The value in 10⁻¹² percent.
  public let units: Int64

  /// A percentage from units of 10⁻¹² percent.
  public init(units: Int64) { self.units = units }

  /// A percentage from a whole number of percent.
  public init(percent: Int32) { units = Int64(percent) * Percentage.unitsPerPercent }

  /// A percentage from a JSON number or a decimal string: digits, at most one point, and for numbers an
  /// exponent. `nil` when it is not of that form, is negative, over 1,000,000, or has more than twelve digits
  /// behind the point.
  public init?(_ text: some StringProtocol) {
    var digits: Int64 = 0
    var scale = 0
    var seenPoint = false
    var seenDigit = false
    var exponent = 0
    var bytes = Array(text.utf8)[...]
    if let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
      guard let value = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)), abs(value) <= 64 else { return nil }
      exponent = value
      bytes = bytes[..<mark]
    }
    guard bytes.count <= 64 else { return nil }
    for byte in bytes {
      if byte == UInt8(ascii: "."), !seenPoint, seenDigit {
        seenPoint = true
        continue
      }
      guard (0x30...0x39).contains(byte) else { return nil }
      seenDigit = true
      let (product, over) = digits.multipliedReportingOverflow(by: 10)
      let (sum, overSum) = product.addingReportingOverflow(Int64(byte - 0x30))
      if over || overSum { return nil }
      digits = sum
      if seenPoint { scale += 1 }
    }
    guard seenDigit, bytes.last != UInt8(ascii: ".") else { return nil }
    var shift = Percentage.maximumFractionDigits - scale + exponent
    while shift > 0, digits != 0 {
      let (product, over) = digits.multipliedReportingOverflow(by: 10)
      if over { return nil }
      digits = product
      shift -= 1
    }
    while shift < 0, digits != 0 {
      guard digits % 10 == 0 else { return nil }
      digits /= 10
      shift += 1
    }
    guard digits <= 1_000_000 * Percentage.unitsPerPercent else { return nil }
    units = digits
  }

  /// The shortest decimal form: `50`, `33.3`.
  public var description: String {
    let whole = units / Percentage.unitsPerPercent
    let rest = Int((units % Percentage.unitsPerPercent).magnitude)
    guard rest != 0 else { return String(whole) }
    var fraction = Percentage.digits(rest)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return (units < 0 && whole == 0 ? "-" : "") + "\(whole).\(fraction)"
  }

  /// The nearest double, for comparison with a literal in a condition: any decimal of at most 15 digits
  /// comes out as the double that the same literal denotes, so such comparisons are exact.
  public var doubleValue: Double { Double(description) ?? 0 }

  /// Orders by size.
  public static func < (left: Percentage, right: Percentage) -> Bool { left.units < right.units }

  /// The sum.
  public static func + (left: Percentage, right: Percentage) -> Percentage {
    Percentage(units: left.units + right.units)
  }

  private static func digits(_ number: Int) -> String {
    var text: [UInt8] = []
    text.append(number: number, width: maximumFractionDigits)
    return String(decoding: text, as: UTF8.self)
  }
}
