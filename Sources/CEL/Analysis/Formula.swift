/// What must hold for a condition to come to true, or to come to false.
///
/// The two are formulas of their own and not each other's opposite, since a condition can also be unknown or fail. A
/// formula speaks of terms by their numbers in a ``TermTable``.
indirect enum Formula: Sendable {
  case always
  case never(Origin)
  case literal(Literal)
  /// Some element of a list meets a formula.
  case some(Elements)
  /// Every element does; a list without elements is one of these.
  case every(Elements)
  case all([Formula])
  case any([Formula])

  /// Something said of one term.
  struct Literal: Sendable {
    let term: Int
    let constraint: Constraint
    let origin: Origin
  }

  /// Something said of the elements of a list.
  struct Elements: Sendable {
    /// The list.
    let source: Int
    let body: Formula
    let origin: Origin
  }
}

/// The part of a condition that says something, and whether it is its being true or its being false that says it.
struct Origin: Hashable, Sendable {
  let range: Range<Int>
  let isTrue: Bool
}

extension Formula {
  /// Both, without needless nesting.
  static func conjunction(_ formulas: [Formula]) -> Formula {
    var parts: [Formula] = []
    for formula in formulas {
      switch formula {
      case .always: break
      case .never: return formula
      case .all(let inner): parts += inner
      default: parts.append(formula)
      }
    }
    return parts.isEmpty ? .always : parts.count == 1 ? parts[0] : .all(parts)
  }

  /// At least one, without needless nesting. `x == "a" || x == "b"` becomes one literal, as `x in ["a", "b"]` is.
  static func disjunction(_ formulas: [Formula]) -> Formula {
    var parts: [Formula] = []
    var places: [Int: Int] = [:]
    var impossible: Formula?
    for formula in formulas.flatMap({ if case .any(let inner) = $0 { inner } else { [$0] } }) {
      switch formula {
      case .always: return .always
      case .never: impossible = formula
      case .literal(let literal):
        guard case .members(let values) = literal.constraint else {
          parts.append(formula)
          continue
        }
        if let place = places[literal.term], case .literal(let known) = parts[place],
          case .members(let others) = known.constraint
        {
          let origin = Origin(
            range: min(
              known.origin.range.lowerBound, literal.origin.range.lowerBound)..<max(
                known.origin.range.upperBound, literal.origin.range.upperBound), isTrue: literal.origin.isTrue)
          parts[place] = .literal(
            Literal(term: literal.term, constraint: .members(values.union(others)), origin: origin))
        } else {
          places[literal.term] = parts.count
          parts.append(formula)
        }
      default: parts.append(formula)
      }
    }
    if parts.isEmpty { return impossible ?? .any([]) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  /// How many literals it has.
  var size: Int {
    switch self {
    case .always, .never: 0
    case .literal: 1
    case .some(let elements), .every(let elements): 1 + elements.body.size
    case .all(let parts), .any(let parts): parts.reduce(0) { $0 + $1.size }
    }
  }
}
