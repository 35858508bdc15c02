import CEL
import Compliance

extension OwnershipNotation {
  /// What ``macros`` become, and the steps behind it.
  static let functions: [FunctionDeclaration] =
    starts + [overstated, asked] + bounds + qualities + intermediates + ends

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
          .lenient { arguments in
            count(arguments[0], arguments[1]) { owners in
              let wording = OwnershipWording(question: OwnershipQuestion(addsOwnersUp: addsUp))
              return .value(.opaque(OwnersValue(OwnershipTerms(owners: owners, wording: wording))))
            }
          })
      ])
  }

  /// A whole condition as one step.
  private static let asked = FunctionDeclaration(
    function(of: "asked"),
    [
      Overload(
        "ownership_asked", [ownership, .opaque(Classification.typeName, [.dyn]), question], .bool,
        .lenient { arguments in
          guard case .value(.opaque(let opaque)) = arguments[2], let asked = opaque as? WholeQuestion else {
            return arguments[2]
          }
          return count(arguments[0], arguments[1]) { owners in
            asked.end.ask(OwnershipTerms(owners: owners, wording: asked.wording), asked.threshold)
          }
        })
    ])

  /// Finds out who counts, and goes on with them.
  ///
  /// - Parameter classified: The parties, each with what the condition comes to; unknown where none were submitted.
  private static func count(
    _ ownership: Outcome, _ classified: Outcome, _ body: (CountedOwners) -> Outcome
  ) -> Outcome {
    guard case .value(.opaque(let opaque)) = ownership, let ownership = opaque as? OwnershipValue else {
      return ownership
    }
    var owners = CountedOwners(reader: ownership.reader, isUntold: ownership.isUntold)
    switch classified {
    case .error: return classified
    case .value(.opaque(let opaque)):
      let items = (opaque as? Classification)?.items ?? []
      owners.counted.reserveCapacity(items.count)
      for (index, item) in items.enumerated() {
        switch item.outcome {
        case .value(.bool(true)): owners.counted.append(.certainly)
        case .value: owners.counted.append(.no)
        case .unknown(let facts):
          owners.counted.append(.possibly)
          owners.unknown[index] = facts
        case .error: return item.outcome
        }
      }
    // Interests can only name parties: without parties there are none.
    case .value, .unknown: break
    }
    return body(owners)
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
                  return holdings.terms.meets(try threshold(value, isExclusive: isExclusive))
                } catch {
                  return .error(error)
                }
              }
            })
        })
  }

  private static let qualities = OwnershipWording.Quality.allCases.map { quality in
    FunctionDeclaration(
      quality.rawValue,
      [
        Overload(
          "owners_\(quality)", .receiver, [owners], owners,
          .unary { value throws(EvaluationError) in
            .opaque(OwnersValue(try owners(value).saying { $0.say(quality) }))
          })
      ])
  }

  private static let intermediates: [FunctionDeclaration] =
    [("direct", OwnershipQuestion.Intermediates.ignored), ("multiplied", .multiplied)].map { name, intermediates in
      FunctionDeclaration(
        name,
        [
          Overload(
            "owners_\(name)", .receiver, [owners], holdings,
            .unary { value throws(EvaluationError) in try holdings(of: value, intermediates) })
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
              return try holdings(of: value, isByLink ? .chain(threshold) : .owned(threshold))
            })
        ])
    }

  private static let ends: [FunctionDeclaration] = [
    doubt(.uncertain),
    doubt(.undisclosed),
    FunctionDeclaration(
      "controls",
      [Overload("holdings_controls", .receiver, [holdings], .bool, .lenient { ask($0[0]) { $0.terms.meets(nil) } })]),
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
          .unary { value throws(EvaluationError) in .string(text(try holdings(value).terms.answer(nil).paths())) }),
        Overload(
          "holdings_path_bound", .receiver, [holdings, bound], .string,
          .binary { value, bound throws(EvaluationError) in
            .string(text(try holdings(value).terms.answer(try threshold(of: bound)).paths()))
          }),
      ]),
  ]

  private static func doubt(_ end: OwnershipEnd) -> FunctionDeclaration {
    FunctionDeclaration(
      end.rawValue,
      [
        Overload(
          "holdings_\(end)", .receiver, [holdings, bound], .bool,
          .lenient { arguments in
            guard case .value(let bound) = arguments[1] else { return arguments[1] }
            return ask(arguments[0]) { holdings in
              do throws(EvaluationError) {
                return end.ask(holdings.terms, try threshold(of: bound))
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

  private static func holdings(
    of value: Value, _ intermediates: OwnershipQuestion.Intermediates
  ) throws(EvaluationError) -> Value {
    .opaque(HoldingsValue(try owners(value).saying { $0.question.intermediates = intermediates }))
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
  static func threshold(
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
