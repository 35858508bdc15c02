import Compliance

/// A threshold, and whether it must be reached or exceeded.
public struct OwnershipBound: Sendable, Hashable, CustomStringConvertible {
  /// The threshold.
  public let percentage: Percentage
  /// Whether the threshold itself is not enough.
  public let isExclusive: Bool

  private init(_ percentage: Percentage, isExclusive: Bool) {
    self.percentage = percentage
    self.isExclusive = isExclusive
  }

  /// `percentage` or more.
  public static func atLeast(_ percentage: Percentage) -> OwnershipBound {
    OwnershipBound(percentage, isExclusive: false)
  }

  /// More than `percentage`.
  public static func over(_ percentage: Percentage) -> OwnershipBound { OwnershipBound(percentage, isExclusive: true) }

  /// A whole number of percent, or more.
  public static func atLeast(_ percent: Int32) -> OwnershipBound { atLeast(Percentage(percent: percent)) }

  /// More than a whole number of percent.
  public static func over(_ percent: Int32) -> OwnershipBound { over(Percentage(percent: percent)) }

  /// Whether `share` meets the bound.
  public func isMet(by share: Percentage) -> Bool { isMet(by: share.units) }

  /// The same on units of 10⁻¹² percent.
  func isMet(by units: Int64) -> Bool { isExclusive ? units > percentage.units : units >= percentage.units }

  /// `≥ 50 %` or `> 50 %`.
  public var description: String { "\(isExclusive ? ">" : "≥") \(percentage) %" }
}
