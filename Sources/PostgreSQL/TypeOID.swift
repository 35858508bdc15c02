/// The numbers by which PostgreSQL names its built-in types (`pg_type.dat` of the server's sources).
struct TypeOID: RawRepresentable, Hashable, Sendable {
  var rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }
  init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Leaves the choice of the type to the server.
  static let unspecified = TypeOID(0)
  static let bool = TypeOID(16)
  static let bytea = TypeOID(17)
  static let char = TypeOID(18)
  static let name = TypeOID(19)
  static let int8 = TypeOID(20)
  static let int2 = TypeOID(21)
  static let int4 = TypeOID(23)
  static let text = TypeOID(25)
  static let oid = TypeOID(26)
  static let json = TypeOID(114)
  static let float4 = TypeOID(700)
  static let float8 = TypeOID(701)
  static let unknown = TypeOID(705)
  static let bpchar = TypeOID(1042)
  static let varchar = TypeOID(1043)
  static let date = TypeOID(1082)
  static let timestamptz = TypeOID(1184)
  static let numeric = TypeOID(1700)
  static let void = TypeOID(2278)
  static let uuid = TypeOID(2950)
  static let jsonb = TypeOID(3802)

  static let boolArray = TypeOID(1000)
  static let byteaArray = TypeOID(1001)
  static let nameArray = TypeOID(1003)
  static let int2Array = TypeOID(1005)
  static let int4Array = TypeOID(1007)
  static let textArray = TypeOID(1009)
  static let varcharArray = TypeOID(1015)
  static let int8Array = TypeOID(1016)
  static let float4Array = TypeOID(1021)
  static let float8Array = TypeOID(1022)
  static let dateArray = TypeOID(1182)
  static let timestamptzArray = TypeOID(1185)
  static let uuidArray = TypeOID(2951)
  static let jsonbArray = TypeOID(3807)

  /// The types whose binary form this library reads. Results that hold any other type come as text, since a
  /// result is either all text or all binary.
  static let binaryReadable: Set<TypeOID> = [
    .bool, .bytea, .char, .name, .int8, .int2, .int4, .text, .oid, .json, .float4, .float8, .unknown, .bpchar,
    .varchar, .date, .timestamptz, .void, .uuid, .jsonb, .boolArray, .byteaArray, .nameArray, .int2Array,
    .int4Array, .textArray, .varcharArray, .int8Array, .float4Array, .float8Array, .dateArray,
    .timestamptzArray, .uuidArray, .jsonbArray,
  ]

  /// How errors call the type.
  var name: String {
    switch self {
    case .bool: "boolean"
    case .bytea: "bytea"
    case .int8: "bigint"
    case .int2: "smallint"
    case .int4: "integer"
    case .text: "text"
    case .json: "json"
    case .float4: "real"
    case .float8: "double precision"
    case .varchar: "character varying"
    case .date: "date"
    case .timestamptz: "timestamp with time zone"
    case .numeric: "numeric"
    case .uuid: "uuid"
    case .jsonb: "jsonb"
    default: "type \(rawValue)"
    }
  }
}
