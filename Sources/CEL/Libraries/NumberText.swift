import Foundation

/// Doubles as text.
///
/// Source: cel-spec `doc/extensions/strings.md`.
enum NumberText {
  /// The shortest digits that read back as the same number, without an exponent and without a needless
  /// fraction.
  static func plain(_ number: Double) -> String {
    if let special = special(number) { return special }
    // Swift prints the shortest digits, such as `1.5`, `1e+21` or `-2.5e-07`.
    var text = number.description
    var sign = ""
    if text.hasPrefix("-") {
      sign = "-"
      text.removeFirst()
    }
    let halves = text.split(separator: "e")
    let exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
    let parts = halves[0].split(separator: ".")
    let whole = parts.first.map(String.init) ?? "0"
    var fraction = parts.count > 1 ? String(parts[1]) : ""
    if fraction == "0" { fraction = "" }
    let digits = whole + fraction
    let point = whole.count + exponent
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// A fixed number of digits after the point; ties go to the even digit.
  static func fixed(_ number: Double, precision: Int) -> String {
    special(number) ?? String(format: "%.\(precision)f", number)
  }

  /// One digit before the point, a fixed number after it, and an exponent of at least two digits.
  static func scientific(_ number: Double, precision: Int) -> String {
    special(number) ?? String(format: "%.\(precision)e", number)
  }

  private static func special(_ number: Double) -> String? {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return nil
  }
}
