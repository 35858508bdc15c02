import Compliance
import Foundation

/// What the log says of one record: an entry of the log, as bytes.
///
/// An entry is a JSON object in canonical form (RFC 8785) of at most ``maximumBytes`` bytes. Each has
/// - `v`: 1, the version of these shapes;
/// - `kind`: which of them it is;
/// - `id`: the record's id, distinct within its kind (an exemption has a second leaf when it is revoked);
/// - `at`: when it was recorded, RFC 3339 in UTC;
/// - `personal`: a ``Commitment`` to what of it is about persons, 64 hexadecimal digits;
///
/// and what its kind adds: ``DecisionLeaf``, ``ResolutionLeaf``, ``ExemptionLeaf``, ``ListVersionLeaf``,
/// ``ActivationLeaf``, ``ErasureLeaf``. Hashes are SHA-256 in 64 hexadecimal digits. Members without a value are left
/// out, never null. Neither the id of an account nor the name of a person is in a leaf: the log may be shown to anyone.
public enum Leaf: Sendable, Hashable {
  /// The most bytes of an entry.
  public static let maximumBytes = 4096

  /// A recorded verdict.
  case decision(DecisionLeaf)
  /// What an officer decided on a review.
  case resolution(ResolutionLeaf)
  /// A finding that somebody is not the entry of a list, or its end.
  case exemption(ExemptionLeaf)
  /// An imported version of a list.
  case listVersion(ListVersionLeaf)
  /// A ruleset's coming into force.
  case activation(ActivationLeaf)
  /// The erasure of an account's personal data.
  case erasure(ErasureLeaf)

  /// The entry's bytes. Leaves are compared by them.
  ///
  /// - Throws: when a text is so long that they would exceed ``maximumBytes``.
  public func encoded() throws(MalformedInput) -> [UInt8] {
    var writer = LeafWriter()
    switch self {
    case .decision(let leaf): leaf.write(into: &writer)
    case .resolution(let leaf): leaf.write(into: &writer)
    case .exemption(let leaf): leaf.write(into: &writer)
    case .listVersion(let leaf): leaf.write(into: &writer)
    case .activation(let leaf): leaf.write(into: &writer)
    case .erasure(let leaf): leaf.write(into: &writer)
    }
    return try Leaf.checked(writer)
  }

  /// The commitment to what is about persons.
  public var personal: Commitment {
    switch self {
    case .decision(let leaf): leaf.personal
    case .resolution(let leaf): leaf.personal
    case .exemption(let leaf): leaf.personal
    case .listVersion(let leaf): leaf.personal
    case .activation(let leaf): leaf.personal
    case .erasure(let leaf): leaf.personal
    }
  }

  /// The entry's bytes of the leaf of a decision.
  public static func encoded(_ leaf: DecisionLeaf) throws(MalformedInput) -> [UInt8] {
    var writer = LeafWriter()
    leaf.write(into: &writer)
    return try checked(writer)
  }

  private static func checked(_ writer: consuming LeafWriter) throws(MalformedInput) -> [UInt8] {
    let bytes = writer.finish()
    guard bytes.count <= Leaf.maximumBytes else {
      throw MalformedInput(
        "log leaf", "it has \(bytes.count) bytes", remedy: "A leaf has at most \(Leaf.maximumBytes): shorten its texts."
      )
    }
    return bytes
  }

  /// Reads an entry.
  ///
  /// - Throws: unless it is exactly what ``encoded()`` writes: other members, another order or other white space are
  ///   refused.
  public init(parsing entry: some Collection<UInt8>) throws(MalformedInput) {
    guard entry.count <= Leaf.maximumBytes else {
      throw LeafReader.fault("it has more than \(Leaf.maximumBytes) bytes")
    }
    let bytes = Array(entry)
    let json: JSON
    do {
      json = try JSON.parse(bytes, maximumDepth: 1)
    } catch {
      throw LeafReader.fault("it is not JSON: \(error.message) at byte \(error.offset)")
    }
    let reader = try LeafReader(json)
    switch reader.kind {
    case DecisionLeaf.kind: self = .decision(try DecisionLeaf(reader))
    case ResolutionLeaf.kind: self = .resolution(try ResolutionLeaf(reader))
    case ExemptionLeaf.kind: self = .exemption(try ExemptionLeaf(reader))
    case ListVersionLeaf.kind: self = .listVersion(try ListVersionLeaf(reader))
    case ActivationLeaf.kind: self = .activation(try ActivationLeaf(reader))
    case ErasureLeaf.kind: self = .erasure(try ErasureLeaf(reader))
    default: throw LeafReader.fault("its kind \(JSON.string(reader.kind).serialized) is not known")
    }
    guard try encoded() == bytes else {
      throw LeafReader.fault("it has other members than its kind, or is not in canonical form")
    }
  }
}
