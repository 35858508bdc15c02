/// The values that a term may have, given what is said of it.
struct TermValues: Sendable {
  /// A least or a greatest value.
  struct Limit: Sendable {
    let value: Scalar
    let isInclusive: Bool
  }

  let traits: TermTraits
  /// The values, where they are few.
  private(set) var members: Set<Scalar>?
  private(set) var excluded: Set<Scalar> = []
  private(set) var lower: Limit?
  private(set) var upper: Limit?
  private(set) var mayBeUnordered: Bool
  private(set) var relations = OrderSet.any
  /// Whether its value is known, or is known not to be there; nil while nothing was said.
  private(set) var isKnown: Bool?

  /// The domain of which nothing was said yet.
  init(_ traits: TermTraits) {
    self.traits = traits
    mayBeUnordered = traits.mayBeUnordered
    if let range = traits.range {
      lower = range.lowerBound.isFinite ? Limit(value: .number(range.lowerBound), isInclusive: true) : nil
      upper = range.upperBound.isFinite ? Limit(value: .number(range.upperBound), isInclusive: true) : nil
    }
  }

  // MARK: Narrowing

  /// Takes away what does not fit; false if nothing is left.
  mutating func narrow(_ constraint: Constraint) -> Bool {
    if case .absent = constraint {
      guard isKnown != true else { return false }
      isKnown = false
      return true
    }
    guard isKnown != false else { return false }
    isKnown = true
    switch constraint {
    case .present, .absent: return true
    case .relation(let set):
      relations.formIntersection(set)
      return !relations.isEmpty
    case .members(let values):
      members = (members ?? values).filter { values.contains($0) && fits($0) }
      mayBeUnordered = false
    case .excluded(let values):
      if members != nil { members?.subtract(values) } else { excluded.formUnion(values) }
    case .bound(let relation, let value, let allowsUnordered):
      if members != nil {
        members = members?.filter { constraint.admits($0) }
      } else {
        if !allowsUnordered { mayBeUnordered = false }
        return limit(relation, value) && hasValue
      }
    }
    return hasValue
  }

  private func fits(_ value: Scalar) -> Bool {
    if excluded.contains(value) { return false }
    if let lower, !TermValues.admits(value, lower, isLower: true) { return false }
    if let upper, !TermValues.admits(value, upper, isLower: false) { return false }
    return true
  }

  private static func admits(_ value: Scalar, _ limit: Limit, isLower: Bool) -> Bool {
    switch value.order(limit.value) {
    case .equal: limit.isInclusive
    case .less: !isLower
    case .greater: isLower
    default: false
    }
  }

  /// Whether there is a value left.
  private var hasValue: Bool {
    if let members { return !members.isEmpty }
    if mayBeUnordered { return true }
    if let lower, let upper {
      switch lower.value.order(upper.value) {
      case .less: break
      case .equal:
        if !lower.isInclusive || !upper.isInclusive || excluded.contains(lower.value) { return false }
      default: return false
      }
    }
    if traits.isBoolean, excluded.contains(.bool(true)), excluded.contains(.bool(false)) { return false }
    if let values = traits.values, excluded.count >= values.count {
      return !values.allSatisfy { excluded.contains(.text($0)) }
    }
    return true
  }

  /// Narrows a bound; false if the value would have to be of two types.
  private mutating func limit(_ relation: OrderNode.Relation, _ value: Scalar) -> Bool {
    let isLower = relation == .greater || relation == .greaterOrEqual
    let new = Limit(value: value, isInclusive: relation == .greaterOrEqual || relation == .lessOrEqual)
    guard let old = isLower ? lower : upper else {
      if isLower { lower = new } else { upper = new }
      return true
    }
    let isNarrower: Bool
    switch new.value.order(old.value) {
    case .equal: isNarrower = old.isInclusive
    case .less: isNarrower = !isLower
    case .greater: isNarrower = isLower
    default: return mayBeUnordered
    }
    if isNarrower { if isLower { lower = new } else { upper = new } }
    return true
  }

  // MARK: Entailment

  /// Whether all that is left fits. It may be false although it does: what is not proved is not claimed.
  func entails(_ constraint: Constraint) -> Bool {
    if case .absent = constraint { return isKnown == false }
    guard isKnown == true else { return false }
    switch constraint {
    case .present: return true
    case .absent: return false
    case .relation(let set): return set.isSuperset(of: relations)
    case .members(let values): return members.map { $0.isSubset(of: values) } ?? false
    case .excluded(let values):
      if let members { return members.isDisjoint(with: values) }
      return values.allSatisfy { !fits($0) }
    case .bound(let relation, let bound, let allowsUnordered):
      if let members { return members.allSatisfy { constraint.admits($0) } }
      guard allowsUnordered || !mayBeUnordered else { return false }
      let isLower = relation == .greater || relation == .greaterOrEqual
      guard let limit = isLower ? lower : upper else { return false }
      switch limit.value.order(bound) {
      case .equal: return !limit.isInclusive || relation == .greaterOrEqual || relation == .lessOrEqual
      case .less: return !isLower
      case .greater: return isLower
      default: return false
      }
    }
  }
}
