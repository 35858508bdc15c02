/// What a true or a false comparison says of the value of a term.
///
/// Each but ``absent`` also says that the value is known, since a comparison with an unknown is neither true nor false.
enum Constraint: Sendable, Hashable {
  /// It is one of these.
  case members(Set<Scalar>)
  /// It is none of these.
  case excluded(Set<Scalar>)
  /// It lies on one side of a bound. What is false of NaN is not true of it turned around: `!(x > 1.0)` leaves NaN.
  case bound(OrderNode.Relation, Scalar, allowsUnordered: Bool)
  /// Of a pair of values: how the first may compare with the second.
  case relation(OrderSet)
  /// It was submitted.
  case present
  /// It was not submitted.
  case absent

  /// Whether a value fits. A relation is not about one value.
  func admits(_ value: Scalar) -> Bool {
    switch self {
    case .members(let values): values.contains(value)
    case .excluded(let values): !values.contains(value)
    case .bound(let relation, let bound, _): value.order(bound).map { relation.holds($0) } ?? false
    case .present: true
    case .relation, .absent: false
    }
  }
}

/// How one value may compare with another.
struct OrderSet: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  static let less = OrderSet(rawValue: 1)
  static let equal = OrderSet(rawValue: 2)
  static let greater = OrderSet(rawValue: 4)
  /// Neither: NaN, or values of types that have no order.
  static let other = OrderSet(rawValue: 8)
  static let any: OrderSet = [.less, .equal, .greater, .other]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ relation: OrderNode.Relation) {
    switch relation {
    case .less: self = .less
    case .lessOrEqual: self = [.less, .equal]
    case .greater: self = .greater
    case .greaterOrEqual: self = [.greater, .equal]
    }
  }

  /// The same with the two values exchanged.
  var reversed: OrderSet {
    var set = intersection([.equal, .other])
    if contains(.less) { set.insert(.greater) }
    if contains(.greater) { set.insert(.less) }
    return set
  }
}
