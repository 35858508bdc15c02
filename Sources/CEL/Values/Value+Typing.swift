/// What is wrong with a value that should be of a declared type.
public struct FactFault: Error, Hashable, Sendable {
  /// Where, as a JSON Pointer (RFC 6901).
  public let pointer: String
  /// What is wrong, in a sentence without a full stop.
  public let message: String
  /// What to do about it.
  public let remedy: String?

  /// Makes a fault.
  public init(pointer: String, message: String, remedy: String? = nil) {
    self.pointer = pointer
    self.message = message
    self.remedy = remedy
  }
}

/// All faults of a value.
public struct FactFailure: Error, Sendable {
  /// The faults in the order in which they were found.
  public let faults: [FactFault]
}

extension Value {
  /// The value as one of a declared type: objects become records, texts become timestamps and durations
  /// where those are declared, whole numbers become doubles where doubles are.
  ///
  /// A field that is missing, or null where null is not declared, is an absent fact.
  ///
  /// - Parameters:
  ///   - type: The declared type.
  ///   - path: The path under which unknown facts in it are named, such as `attributes`.
  ///   - values: The closed set of texts that the value, or its elements, can have.
  /// - Throws: ``FactFailure`` with all faults: types that do not fit, fields that are not declared, texts that the
  ///   fact cannot have.
  public func typed(as type: CELType, path: String, values: [String]? = nil) throws(FactFailure) -> Value {
    var reader = TypedReader()
    let value = reader.value(self, type, path: path, pointer: "", values: values)
    guard reader.faults.isEmpty else { throw FactFailure(faults: reader.faults) }
    return value ?? .null
  }
}

extension Activation {
  /// Makes an activation from plain data (see ``Value/init(json:)``) with a member for each variable.
  ///
  /// - Throws: ``FactFailure`` with all faults.
  public init(for environment: Environment, plain: Value) throws(FactFailure) {
    self.init(for: environment)
    guard case .map(let map) = plain else {
      throw FactFailure(faults: [FactFault(pointer: "", message: "the facts must be an object")])
    }
    var reader = TypedReader()
    for entry in map.entries {
      guard case .string(let name) = entry.key else { continue }
      guard let slot = environment.slot(of: name) else {
        reader.undeclared(name, environment.variables.map(\.name), pointer: "")
        continue
      }
      let variable = environment.variables[slot]
      self[slot] = reader.value(
        entry.value, variable.type, path: name, pointer: TypedReader.pointer("", name),
        values: variable.values)
    }
    guard reader.faults.isEmpty else { throw FactFailure(faults: reader.faults) }
  }
}

/// Turns plain data into values of declared types, noting what does not fit.
private struct TypedReader {
  private(set) var faults: [FactFault] = []

  static func pointer(_ parent: String, _ name: String) -> String {
    parent + "/" + String(name.flatMap { $0 == "~" ? Array("~0") : $0 == "/" ? Array("~1") : [$0] })
  }

  mutating func undeclared(_ name: String, _ declared: [String], pointer: String) {
    let remedy =
      Suggestion.nearest(to: name, among: declared).map { "did you mean `\($0)`?" }
      ?? "declared are \(Suggestion.choices(declared, limit: 20))"
    faults.append(
      FactFault(
        pointer: TypedReader.pointer(pointer, name), message: "unknown field `\(name)`", remedy: remedy))
  }

  /// The value, or nil if it is absent or at fault.
  mutating func value(
    _ value: Value, _ type: CELType, path: String, pointer: String, values: [String]?
  ) -> Value? {
    switch (value, type) {
    case (.null, .null), (_, .dyn): return value
    case (.null, _): return nil
    case (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.bytes, .bytes),
      (.timestamp, .timestamp), (.duration, .duration):
      return value
    case (.string(let text), .string): return allowed(text, values, pointer) ? value : nil
    case (.int(let number), .double): return .double(Double(number))
    case (.uint(let number), .double): return .double(Double(number))
    case (.int(let number), .uint) where number >= 0: return .uint(UInt64(number))
    case (.string(let text), .timestamp):
      if let time = Timestamp(text) { return .timestamp(time) }
      return mismatch(value, type, pointer, remedy: "write it as 2026-01-31T00:00:00Z")
    case (.string(let text), .duration):
      if let span = TimeSpan(text) { return .duration(span) }
      return mismatch(value, type, pointer, remedy: "write it as 1h30m")
    case (.list(let list), .list(let element)):
      return .list(
        list.enumerated().compactMap { position, item in
          self.value(item, element, path: path + "[]", pointer: "\(pointer)/\(position)", values: values)
        })
    case (.map(let map), .map(_, let element)):
      let entries = map.entries.compactMap { entry -> (key: Value, value: Value)? in
        guard case .string(let name) = entry.key else { return entry }
        return self.value(
          entry.value, element, path: path + "[]", pointer: TypedReader.pointer(pointer, name), values: values
        )
        .map { (entry.key, $0) }
      }
      return .map(MapValue(unchecked: entries))
    case (.map(let map), .record(let record)):
      return .record(self.record(map, record, path: path, pointer: pointer))
    case (.record(let record), .record(let type)) where record.type === type: return value
    default: return mismatch(value, type, pointer)
    }
  }

  private mutating func record(_ map: MapValue, _ type: RecordType, path: String, pointer: String) -> Record {
    let fields = type.fields
    var slots = [Value?](repeating: nil, count: fields.count)
    for entry in map.entries {
      guard case .string(let name) = entry.key else { continue }
      guard let slot = type.slot(of: name) else {
        undeclared(name, fields.map(\.name), pointer: pointer)
        continue
      }
      slots[slot] = value(
        entry.value, fields[slot].type, path: path + "." + name, pointer: TypedReader.pointer(pointer, name),
        values: fields[slot].values)
    }
    return Record(type, path: path, slots: slots)
  }

  private mutating func mismatch(
    _ value: Value, _ type: CELType, _ pointer: String, remedy: String? = nil
  ) -> Value? {
    faults.append(
      FactFault(pointer: pointer, message: "expected \(type), found \(value.type.name)", remedy: remedy))
    return nil
  }

  private mutating func allowed(_ text: String, _ values: [String]?, _ pointer: String) -> Bool {
    guard let values, !values.contains(where: { $0.isSameText(as: text) }) else { return true }
    let nearest = Suggestion.nearest(to: text, among: values).map { "did you mean \"\($0)\"? " } ?? ""
    faults.append(
      FactFault(
        pointer: pointer, message: "\(Value.quote(text)) is not allowed",
        remedy: "\(nearest)it can be \(Suggestion.choices(values, quote: "\"", limit: 12))"))
    return false
  }
}
