extension Macro {
  /// The macros of the core language: `has`, `all`, `exists`, `exists_one`, `map`, `filter`.
  public static let standard: [Macro] = [
    Macro("has", .global, argumentCount: 1) { call throws(MacroFailure) in
      guard case .select(let operand, let field, .value) = call.arguments[0].kind else {
        throw MacroFailure(
          "`has` asks whether a field is present, and this is not the selection of a field",
          remedy: "write `has(record.field)`", at: call.arguments[0])
      }
      return call.node(.select(operand, field: field, mode: .presence))
    },
    test("all", .all),
    test("exists", .exists),
    test("exists_one", .existsOne),
    test("existsOne", .existsOne),
    test("filter", .filter),
    Macro("map", .receiver, argumentCount: 2) { call throws(MacroFailure) in
      try comprehension(call, .transformList, variables: 1, hasCondition: false)
    },
    Macro("map", .receiver, argumentCount: 3) { call throws(MacroFailure) in
      try comprehension(call, .transformList, variables: 1, hasCondition: true)
    },
  ]

  /// The macros with two variables: `all`, `exists`, `existsOne`, `transformList`, `transformMap`,
  /// `transformMapEntry`.
  static let twoVariables: [Macro] =
    [("all", .all), ("exists", .exists), ("exists_one", .existsOne), ("existsOne", .existsOne)]
    .map { (pair: (String, Syntax.Comprehension.Form)) in
      Macro(pair.0, .receiver, argumentCount: 3) { call throws(MacroFailure) in
        let variables = try twoVariables(call)
        guard let target = call.target else { return nil }
        return call.node(
          .comprehension(
            Syntax.Comprehension(
              pair.1, over: target, variables.0, variables.1, condition: call.arguments[2])))
      }
    }
    + [
      ("transformList", Syntax.Comprehension.Form.transformList), ("transformMap", .transformMap),
      ("transformMapEntry", .transformMapEntry),
    ]
    .flatMap { name, form in
      [false, true].map { hasCondition in
        Macro(name, .receiver, argumentCount: hasCondition ? 4 : 3) { call throws(MacroFailure) in
          try comprehension(call, form, variables: 2, hasCondition: hasCondition)
        }
      }
    }

  /// `optMap` and `optFlatMap`.
  static let optional: [Macro] = [("optMap", false), ("optFlatMap", true)].map { name, isFlat in
    Macro(name, .receiver, argumentCount: 2) { call throws(MacroFailure) in
      let variable = try call.variable(0)
      guard let target = call.target else { return nil }
      return call.node(.optionalMap(target, name: variable, body: call.arguments[1], isFlat: isFlat))
    }
  }

  /// `cel.bind`.
  static let bindings: [Macro] = [
    Macro("cel.bind", .global, argumentCount: 3) { call throws(MacroFailure) in
      .some(call.node(.bind(try call.variable(0), call.arguments[1], body: call.arguments[2])))
    }
  ]

  /// `cel.block`, `cel.index`, `cel.iterVar`, `cel.accuVar`.
  static let block: [Macro] = [
    Macro("cel.block", .global, argumentCount: 2) { call throws(MacroFailure) in
      guard case .list(let elements) = call.arguments[0].kind, !elements.contains(where: \.isOptional) else {
        throw MacroFailure(
          "the first argument of `cel.block` must be a list literal", remedy: "write cel.block([a, b], body)",
          at: call.arguments[0])
      }
      return call.node(.block(elements.map(\.value), body: call.arguments[1]))
    },
    Macro("cel.index", .global, argumentCount: 1) { call throws(MacroFailure) in
      call.node(.blockIndex(Int(try number(call, 0))))
    },
    Macro("cel.iterVar", .global, argumentCount: 2) { call throws(MacroFailure) in
      let name = "@it:\(try number(call, 0)):\(try number(call, 1))"
      return call.node(.identifier(name, isAbsolute: false))
    },
    Macro("cel.accuVar", .global, argumentCount: 2) { call throws(MacroFailure) in
      let name = "@ac:\(try number(call, 0)):\(try number(call, 1))"
      return call.node(.identifier(name, isAbsolute: false))
    },
  ]

  private static func test(_ name: String, _ form: Syntax.Comprehension.Form) -> Macro {
    Macro(name, .receiver, argumentCount: 2) { call throws(MacroFailure) in
      let variable = try call.variable(0)
      guard let target = call.target else { return nil }
      return call.node(
        .comprehension(Syntax.Comprehension(form, over: target, variable, condition: call.arguments[1])))
    }
  }

  private static func comprehension(
    _ call: MacroCall, _ form: Syntax.Comprehension.Form, variables count: Int, hasCondition: Bool
  ) throws(MacroFailure) -> Syntax? {
    let variable = try call.variable(0)
    let second = count == 2 ? try twoVariables(call).1 : nil
    guard let target = call.target else { return nil }
    return call.node(
      .comprehension(
        Syntax.Comprehension(
          form, over: target, variable, second, condition: hasCondition ? call.arguments[count] : nil,
          transform: call.arguments[count + (hasCondition ? 1 : 0)])))
  }

  private static func twoVariables(_ call: MacroCall) throws(MacroFailure) -> (String, String) {
    let names = (try call.variable(0), try call.variable(1))
    guard names.0 != names.1 else {
      throw MacroFailure(
        "`\(call.name)` needs two different variables", remedy: "give the second one another name",
        at: call.arguments[1])
    }
    return names
  }

  private static func number(_ call: MacroCall, _ index: Int) throws(MacroFailure) -> Int64 {
    guard case .literal(.int(let value)) = call.arguments[index].kind, (0..<10_000).contains(value) else {
      throw MacroFailure(
        "argument \(index + 1) of `\(call.name)` must be a small number",
        remedy: "write a number from 0 to 9999", at: call.arguments[index])
    }
    return value
  }
}
