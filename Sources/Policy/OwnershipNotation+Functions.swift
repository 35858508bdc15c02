import CEL
import Compliance

extension OwnershipNotation {
  /// What ``macros`` become, and the steps behind it.
  static let functions: [FunctionDeclaration] = starts + [overstated] + bounds + qualities + intermediates + ends

  /// Asked of all that was submitted, whoever counts. Where nothing was, nothing is overstated.
  private static let overstated = FunctionDeclaration(
    "overstated",
    [
      Overload(
        "ownership_overstated", .receiver, [ownership], .list(.string),
        .unary { value throws(EvaluationError) in
          guard case .opaque(let opaque) = value, let ownership = opaque as? OwnershipValue else {
            throw mistyped(value)
          }
          return .list(ownership.reader.overstatements().map { .string($0) })
        })
    ])

  private static let starts = [("together", true), ("each", false)].map { name, addsUp in
    FunctionDeclaration(
      function(of: name),
      [
        Overload(
          name, [ownership, .opaque(Classification.typeName, [.dyn])], owners,
          .lenient { arguments in owners(arguments[0], arguments[1], addsUp: addsUp) })
      ])
  }

  /// - Parameter classified: The parties, each with what the condition comes to; unknown where none were submitted.
  private static func owners(_ ownership: Outcome, _ classified: Outcome, addsUp: Bool) -> Outcome {
    guard case .value(.opaque(let opaque)) = ownership, let ownership = opaque as? OwnershipValue else {
      return ownership
    }
    var counted: [OwnershipStanding] = []
    var unknown: [Int: UnknownSet] = [:]
    switch classified {
    case .error: return classified
    case .value(.opaque(let opaque)):
      let items = (opaque as? Classification)?.items ?? []
      counted.reserveCapacity(items.count)
      for (index, item) in items.enumerated() {
        switch item.outcome {
        case .value(.bool(true)): counted.append(.certainly)
        case .value: counted.append(.no)
        case .unknown(let facts):
          counted.append(.possibly)
          unknown[index] = facts
        case .error: return item.outcome
        }
      }
    // Interests can only name parties: without parties there are none.
    case .value, .unknown: break
    }
    return .value(
      .opaque(
        OwnersValue(
          OwnershipTerms(
            owners: CountedOwners(
              reader: ownership.reader, counted: counted, unknown: unknown, isUntold: ownership.isUntold),
            question: OwnershipQuestion(addsOwnersUp: addsUp)))))
  }

  private static let bounds = [("atLeast", false), ("over", true)].map { name, isExclusive in
    FunctionDeclaration(
      name,
      [CELType.int, .double].map { number in
        Overload(
          "\(name)_\(number)_bound", [number], bound,
          .unary { value throws(EvaluationError) in
            .opaque(BoundValue(try threshold(value, isExclusive: isExclusive)))
          })
      }
        + [CELType.int, .double].map { number in
          Overload(
            "holdings_\(name)_\(number)", .receiver, [holdings, number], .bool,
            .lenient { arguments in
              guard case .value(let value) = arguments[1] else { return arguments[1] }
              return ask(arguments[0]) { holdings in
                do throws(EvaluationError) {
                  return holdings.meets(try threshold(value, isExclusive: isExclusive))
                } catch {
                  return .error(error)
                }
              }
            })
        })
  }

  private static let qualities: [FunctionDeclaration] = [
    quality("votes") { $0.question.countsVotes = true },
    quality("economic") { $0.question.countsEconomicRights = true },
    quality("control") { $0.question.countsControl = true },
    quality("disclosed") { $0.isDisclosedOnly = true },
  ]

  private static func quality(
    _ name: String, _ change: @escaping @Sendable (inout OwnershipTerms) -> Void
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name,
      [
        Overload(
          "owners_\(name)", .receiver, [owners], owners,
          .unary { value throws(EvaluationError) in try owners(value).saying(change) })
      ])
  }

  private static let intermediates: [FunctionDeclaration] =
    [("direct", OwnershipQuestion.Intermediates.ignored), ("multiplied", .multiplied)].map { name, intermediates in
      FunctionDeclaration(
        name,
        [
          Overload(
            "owners_\(name)", .receiver, [owners], holdings,
            .unary { value throws(EvaluationError) in try owners(value).holdings(intermediates) })
        ])
    }
    + [("through", false), ("throughLinks", true)].map { name, isByLink in
      FunctionDeclaration(
        name,
        [
          Overload(
            "owners_\(name)", .receiver, [owners, bound], holdings,
            .binary { value, bound throws(EvaluationError) in
              let threshold = try threshold(of: bound)
              return try owners(value).holdings(isByLink ? .chain(threshold) : .owned(threshold))
            })
        ])
    }

  private static let ends: [FunctionDeclaration] = [
    doubt("uncertain", untold: .value(.bool(false))) { $0.hangsOnShares || $0.hangsOnOwners },
    doubt("undisclosed", untold: .unknown(UnknownSet("interests"))) { $0.hangsOnUndisclosed },
    FunctionDeclaration(
      "controls",
      [Overload("holdings_controls", .receiver, [holdings], .bool, .lenient { ask($0[0]) { $0.meets(nil) } })]),
    FunctionDeclaration(
      "share",
      [
        Overload(
          "holdings_share", .receiver, [holdings], .string,
          .unary { value throws(EvaluationError) in .string(try holdings(value).shareText) })
      ]),
    FunctionDeclaration(
      "path",
      [
        Overload(
          "holdings_path", .receiver, [holdings], .string,
          .unary { value throws(EvaluationError) in .string(text(try holdings(value).answer(nil).paths())) }),
        Overload(
          "holdings_path_bound", .receiver, [holdings, bound], .string,
          .binary { value, bound throws(EvaluationError) in
            .string(text(try holdings(value).answer(try threshold(of: bound)).paths()))
          }),
      ]),
  ]

  /// - Parameter untold: The answer where no interests were submitted.
  private static func doubt(
    _ name: String, untold: Outcome, _ hangs: @escaping @Sendable (any OwnershipAnswer) -> Bool
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name,
      [
        Overload(
          "holdings_\(name)", .receiver, [holdings, bound], .bool,
          .lenient { arguments in
            guard case .value(let bound) = arguments[1] else { return arguments[1] }
            return ask(arguments[0]) { holdings in
              if holdings.terms.owners.isUntold { return untold }
              do throws(EvaluationError) {
                return .value(.bool(hangs(holdings.answer(try threshold(of: bound)))))
              } catch {
                return .error(error)
              }
            }
          })
      ])
  }

  // MARK: Values

  private static func ask(_ outcome: Outcome, _ question: (HoldingsValue) -> Outcome) -> Outcome {
    guard case .value(.opaque(let opaque)) = outcome, let holdings = opaque as? HoldingsValue else { return outcome }
    return question(holdings)
  }

  private static func owners(_ value: Value) throws(EvaluationError) -> OwnersValue {
    guard case .opaque(let opaque) = value, let owners = opaque as? OwnersValue else { throw mistyped(value) }
    return owners
  }

  private static func holdings(_ value: Value) throws(EvaluationError) -> HoldingsValue {
    guard case .opaque(let opaque) = value, let holdings = opaque as? HoldingsValue else { throw mistyped(value) }
    return holdings
  }

  private static func threshold(of value: Value) throws(EvaluationError) -> OwnershipQuestion.Threshold {
    guard case .opaque(let opaque) = value, let bound = opaque as? BoundValue else { throw mistyped(value) }
    return bound.threshold
  }

  /// Exact: a double stands for the shortest decimal that denotes it, which is how it was written.
  private static func threshold(
    _ value: Value, isExclusive: Bool
  ) throws(EvaluationError) -> OwnershipQuestion.Threshold {
    let percentage: Percentage? =
      switch value {
      case .int(let number) where number >= 0: Int32(exactly: number).map { Percentage(percent: $0) }
      case .double(let number): Percentage(String(number))
      default: nil
      }
    guard let percentage, percentage <= Percentage(percent: 100) else {
      throw EvaluationError(.invalidArgument, "a threshold is a percentage from 0 to 100")
    }
    return OwnershipQuestion.Threshold(percentage, isExclusive: isExclusive)
  }

  private static func mistyped(_ value: Value) -> EvaluationError {
    EvaluationError(.noSuchOverload, "ownership cannot be asked of \(value.type)")
  }

  private static func text(_ paths: [String]) -> String { paths.isEmpty ? "none" : paths.joined(separator: "; ") }
}
