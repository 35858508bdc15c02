import Foundation

/// One declared fact of a record.
public struct FieldDeclaration: Sendable {
  /// The name by which expressions select it.
  public let name: String
  /// Its type.
  public let type: CELType
  /// What it means, for `clearance rules` and the documentation.
  public let documentation: String
  /// The closed set of strings that it can have (for a list: that its elements can have), or nil if open.
  /// Comparing it with any other literal is a fault.
  public let values: [String]?
  /// Whether it never has any other value. If not, the set is there to find misspellings.
  public let isExhaustive: Bool
  /// The least and the greatest value of a number, or nil if there is none. It is never NaN then.
  public let range: ClosedRange<Double>?
  /// The same as a set.
  let valueSet: Set<ExactText>

  /// Declares a fact.
  ///
  /// - Parameters:
  ///   - name: A CEL identifier.
  ///   - type: The type of the fact.
  ///   - documentation: One sentence on what it means.
  ///   - values: The strings that it can have, if the set is closed.
  ///   - isExhaustive: Whether it never has any other value.
  ///   - range: The least and the greatest value of a number.
  public init(
    _ name: String, _ type: CELType, documentation: String = "", values: [String]? = nil, isExhaustive: Bool = true,
    range: ClosedRange<Double>? = nil
  ) {
    self.name = name
    self.type = type
    self.documentation = documentation
    self.values = values
    self.isExhaustive = isExhaustive
    self.range = range
    valueSet = Set((values ?? []).map { ExactText($0) })
  }
}

/// A declared record of facts, such as an account or a party.
///
/// Fields have fixed slots, so that reading a fact is an array access. A record type may refer to itself
/// through ``define(_:)``, which is called once, before the type is used.
public final class RecordType: Sendable {
  /// The name of the type, such as `Party`.
  public let name: String
  private let definition: Definition

  /// Makes a record type with its fields.
  public init(name: String, fields: [FieldDeclaration]) {
    self.name = name
    definition = Definition()
    define(fields)
  }

  /// Makes a record type whose fields follow by ``define(_:)``, for types that refer to one another.
  public init(name: String) {
    self.name = name
    definition = Definition()
  }

  /// Gives the fields of a type that was made without them. Later calls change nothing.
  public func define(_ fields: [FieldDeclaration]) {
    definition.set(fields)
  }

  /// The fields in slot order.
  public var fields: [FieldDeclaration] { definition.fields }

  /// The slot of the field with this name, or nil if there is none.
  public func slot(of name: String) -> Int? { definition.slots[name] }
}

extension RecordType: Hashable {
  /// Record types are the same when they are the same object.
  public static func == (left: RecordType, right: RecordType) -> Bool { left === right }
  /// Hashes the identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The fields of a record type, set once.
///
/// `@unchecked Sendable`: every access to the two variables holds the lock, and what they hold is a value.
private final class Definition: @unchecked Sendable {
  private let lock = NSLock()
  private var definedFields: [FieldDeclaration]?
  private var slotsByName: [String: Int] = [:]

  func set(_ fields: [FieldDeclaration]) {
    lock.withLock {
      guard definedFields == nil else { return }
      definedFields = fields
      for (slot, field) in fields.enumerated() { slotsByName[field.name] = slot }
    }
  }

  var fields: [FieldDeclaration] { lock.withLock { definedFields ?? [] } }
  var slots: [String: Int] { lock.withLock { slotsByName } }
}
