import Foundation

/// The values of one statement in the form that goes over the wire: one run of bytes, and where each value lies
/// in it.
///
/// Values of a declared type are binary (fixed size, nothing to parse on either side); values whose type the
/// server chooses are text, since only the server knows what their bytes would have to mean.
struct EncodedParameters: Sendable {
  /// The most that the protocol can count (16 bits).
  static let limit = 65_535

  private(set) var bytes: [UInt8] = []
  /// Where each value begins in `bytes`; -1 is NULL.
  private(set) var offsets: [Int] = []
  private(set) var lengths: [Int32] = []
  /// 0 is text (ends with a NUL, its length is ignored), 1 is binary.
  private(set) var formats: [Int32] = []
  private(set) var types: [UInt32] = []

  var count: Int { offsets.count }

  init(_ parameters: [Parameter]) throws {
    guard parameters.count <= Self.limit else {
      throw PostgreSQLError(
        .usage, "\(parameters.count) parameters, where a statement takes at most \(Self.limit)",
        hint: "send arrays and use unnest")
    }
    guard !parameters.isEmpty else { return }
    offsets.reserveCapacity(parameters.count)
    lengths.reserveCapacity(parameters.count)
    formats.reserveCapacity(parameters.count)
    types.reserveCapacity(parameters.count)
    bytes.reserveCapacity(parameters.count * 24)
    for (index, parameter) in parameters.enumerated() {
      types.append(parameter.type.rawValue)
      if parameter.isNull {
        offsets.append(-1)
        lengths.append(0)
        formats.append(1)
        continue
      }
      let start = bytes.count
      offsets.append(start)
      let isText = try appendValue(parameter, index: index)
      formats.append(isText ? 0 : 1)
      guard let length = Int32(exactly: bytes.count - start), length < 1_073_741_824 else {
        throw PostgreSQLError(.usage, "the value of $\(index + 1) is larger than 1 GiB")
      }
      lengths.append(length)
      if isText { bytes.append(0) }
    }
  }

  /// Appends a value that is not NULL; returns whether it is text.
  private mutating func appendValue(_ parameter: Parameter, index: Int) throws -> Bool {
    switch parameter {
    case .null: return false
    case .text(let text), .numeric(let text), .date(let text):
      try bytes.append(text: text, index: index)
      return true
    case .int8(let value): bytes.appendBigEndian(value)
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .bytea(let value): bytes += value
    case .uuid(let value): bytes.append(value)
    case .timestamptz(let value): bytes.appendBigEndian(value.microsecondsSince2000)
    case .jsonb(let text): try bytes.append(json: text, index: index)
    case .float8(let value): bytes.appendBigEndian(value.bitPattern)
    case .textArray(let values):
      try append(array: values, of: .text) { try $0.append(text: $1, index: index) }
    case .int8Array(let values): append(array: values, of: .int8) { $0.appendBigEndian($1) }
    case .boolArray(let values): append(array: values, of: .bool) { $0.append($1 ? 1 : 0) }
    case .uuidArray(let values): append(array: values, of: .uuid) { $0.append($1) }
    case .byteaArray(let values): append(array: values, of: .bytea) { $0 += $1 }
    case .timestamptzArray(let values):
      append(array: values, of: .timestamptz) { $0.appendBigEndian($1.microsecondsSince2000) }
    case .float8Array(let values): append(array: values, of: .float8) { $0.appendBigEndian($1.bitPattern) }
    case .jsonbArray(let values):
      try append(array: values, of: .jsonb) { try $0.append(json: $1, index: index) }
    }
    return false
  }

  /// The binary form of an array of one dimension.
  private mutating func append<Element>(
    array: [Element?], of type: TypeOID, _ appendElement: (inout [UInt8], Element) throws -> Void
  ) rethrows {
    bytes.appendArrayHeader(of: type, count: array.count, hasNulls: array.contains { $0 == nil })
    for element in array {
      guard let element else {
        bytes.appendBigEndian(Int32(-1))
        continue
      }
      try bytes.appendLengthPrefixed { try appendElement(&$0, element) }
    }
  }
}

extension [UInt8] {
  /// PostgreSQL's text ends at a NUL; sent as it is, what follows would silently be lost.
  fileprivate mutating func append(text: String, index: Int) throws {
    let start = count
    self += text.utf8
    if self[start...].contains(0) {
      throw PostgreSQLError(
        .usage, "the text for $\(index + 1) contains the character U+0000, which PostgreSQL cannot store",
        hint: "remove it, or store the value as bytea")
    }
  }

  fileprivate mutating func append(json: String, index: Int) throws {
    append(1)  // the version of the binary form
    try append(text: json, index: index)
  }
}

extension Timestamp {
  /// PostgreSQL counts from 2000-01-01 and keeps both ends for ±infinity.
  static let epochOf2000: Int64 = 946_684_800_000_000

  var microsecondsSince2000: Int64 {
    if self == .infinity || self == .minusInfinity { return microsecondsSinceUnixEpoch }
    let (value, overflow) = microsecondsSinceUnixEpoch.subtractingReportingOverflow(Self.epochOf2000)
    return overflow ? .min : value
  }

  init(microsecondsSince2000 value: Int64) {
    if value == .max || value == .min {
      self.init(microsecondsSinceUnixEpoch: value)
    } else {
      let (sum, overflow) = value.addingReportingOverflow(Self.epochOf2000)
      self.init(microsecondsSinceUnixEpoch: overflow ? .max : sum)
    }
  }
}
