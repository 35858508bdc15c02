import Compliance
import Foundation

/// Reads the members of a leaf by their types. Which members there must not be is not checked here: ``Leaf`` writes
/// what was read once more and compares.
struct LeafReader {
  /// The greatest whole number that canonical JSON can carry (RFC 8785 section 3.2.2.3, RFC 7493 section 2.2).
  static let maximumNumber = 1 << 53 - 1

  let kind: String
  private let json: JSON

  init(_ json: JSON) throws(MalformedInput) {
    guard case .object = json, let kind = json["kind"]?.text else { throw LeafReader.fault("it has no kind") }
    guard json["v"]?.integer == 1 else { throw LeafReader.fault("its version `v` is not 1") }
    self.json = json
    self.kind = kind
  }

  func text(_ name: String) throws(MalformedInput) -> String {
    guard let text = json[name]?.text else { throw LeafReader.fault("`\(name)` is not a string") }
    return text
  }

  func number(_ name: String) throws(MalformedInput) -> Int {
    guard let number = json[name]?.integer, (0...LeafReader.maximumNumber).contains(Int(number)) else {
      throw LeafReader.fault("`\(name)` is not a whole number from 0 to 2^53 - 1")
    }
    return Int(number)
  }

  func boolean(_ name: String) throws(MalformedInput) -> Bool {
    guard let value = json[name]?.boolean else { throw LeafReader.fault("`\(name)` is not true or false") }
    return value
  }

  func value<Value>(_ name: String, _ read: (String) -> Value?) throws(MalformedInput) -> Value {
    guard let value = read(try text(name)) else { throw LeafReader.fault("`\(name)` has not the form it must have") }
    return value
  }

  func valueIfAny<Value>(_ name: String, _ read: (String) -> Value?) throws(MalformedInput) -> Value? {
    json[name] == nil ? nil : try value(name, read)
  }

  func hash(_ name: String) throws(MalformedInput) -> Hash { try value(name) { Hash(hexadecimal: $0) } }

  func id(_ name: String) throws(MalformedInput) -> UUID { try value(name) { UUID(uuidString: $0) } }

  func instant(_ name: String) throws(MalformedInput) -> Instant { try value(name) { Instant($0) } }

  static func fault(_ message: String) -> MalformedInput {
    MalformedInput("log leaf", message, remedy: "Give the entry as the log serves it.")
  }
}
