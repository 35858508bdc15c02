/// One thing that is wrong with a request, and what to do about it.
public struct Fault: Sendable, Hashable {
  /// Where, as a JSON Pointer (RFC 6901); empty for the whole body.
  public let pointer: String
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// Makes a fault.
  public init(pointer: String, message: String, remedy: String) {
    self.pointer = pointer
    self.message = message
    self.remedy = remedy
  }

  /// The fault as the API and the command line report it.
  public var json: JSON {
    .members(["pointer": .string(pointer), "message": .string(message), "remedy": .string(remedy)])
  }
}

/// Everything that is wrong with a request.
public struct Faults: Error, Sendable, CustomStringConvertible {
  /// How many faults are reported at most; the rest are only counted.
  public static let limit = 100

  /// The first ``limit`` faults.
  public private(set) var list: [Fault] = []
  /// How many there are.
  public private(set) var count = 0

  /// No faults yet.
  public init() {}

  /// One fault.
  public init(_ fault: Fault) {
    list = [fault]
    count = 1
  }

  /// Adds a fault.
  public mutating func add(_ pointer: String, _ message: String, remedy: String) {
    count += 1
    if list.count < Faults.limit { list.append(Fault(pointer: pointer, message: message, remedy: remedy)) }
  }

  /// A line a fault.
  public var description: String {
    var lines = list.map { "\($0.pointer.isEmpty ? "/" : $0.pointer): \($0.message). \($0.remedy)" }
    if count > list.count { lines.append("and \(count - list.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// One reference token of a JSON Pointer, escaped (RFC 6901 section 3).
public func pointerToken(_ name: String) -> String {
  name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
    ? name.replacing("~", with: "~0").replacing("/", with: "~1") : name
}
