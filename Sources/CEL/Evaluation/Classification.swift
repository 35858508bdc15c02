/// The elements of a list, each with what a condition comes to for it.
///
/// A macro that must weigh unknown elements itself (such as a share of ownership, which needs "surely", "surely
/// not" and "perhaps") expands to a call whose argument is a comprehension of the form
/// ``Syntax/Comprehension/Form/classify``; the function receives this.
public final class Classification: OpaqueValue {
  /// One element and its outcome.
  public struct Item: Sendable {
    /// The element.
    public let element: Value
    /// True, false, unknown or an error.
    public let outcome: Outcome
  }

  /// The name of the type in declarations: `.opaque(Classification.typeName, [elementType])`.
  public static let typeName = "@classification"

  /// The elements in order.
  public let items: [Item]

  /// Makes a classification.
  public init(_ items: [Item]) { self.items = items }

  /// The type of the value.
  public var type: CELType { Classification.dynamicType }
  private static let dynamicType = CELType.opaque(Classification.typeName, [.dyn])

  /// Classifications are equal when they are the same object.
  public func isEqual(to other: any OpaqueValue) -> Bool { other === self }

  /// How many elements there are.
  public var description: String { "classification of \(items.count) elements" }
}
