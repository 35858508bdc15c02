import CEL
import Compliance

extension OwnershipNotation {
  /// `together` and `each` must see their condition unevaluated. The others leave the call as it is, and are there to
  /// say plainly what is wrong with it where the types alone would say it darkly.
  static let macros: [Macro] =
    ["together", "each"].map(start)
    + ["atLeast", "over"].map(bound)
    + ["through", "throughLinks"].map { intermediates($0, argumentCount: 1) }
    + ["direct", "multiplied"].map { intermediates($0, argumentCount: 0) }
    + OwnershipWording.Quality.allCases.map(quality)
    + ["atLeast", "over", "uncertain", "undisclosed"].map { end($0, argumentCount: 1) }
    + ["controls", "share", "path"].map { end($0, argumentCount: 0) }
    + [end("path", argumentCount: 1)]

  /// The function that a macro becomes, which no condition can name.
  static func function(of macro: String) -> String { "@\(macro)" }

  private static func start(_ name: String) -> Macro {
    Macro(name, .receiver, argumentCount: 2) { call throws(MacroFailure) in
      guard let target = call.target else { return nil }
      guard case .identifier(OwnershipNotation.name, _) = target.kind else {
        throw MacroFailure(
          "`\(name)` asks who owns the applicant, and is asked of `ownership` alone",
          remedy: "write `ownership.\(name)(p, condition)`; whether some element meets a condition is `list.exists(…)`",
          at: target)
      }
      let variable = try call.variable(0)
      let parties = call.node(.identifier("parties", isAbsolute: true), at: target)
      let classified = call.node(
        .comprehension(Syntax.Comprehension(.classify, over: parties, variable, condition: call.arguments[1])))
      return call.node(.call(function(of: name), [target, classified]))
    }
  }

  /// `atLeast(50)`, `over(50)`: the number must be a percentage that some share meets and another does not.
  private static func bound(_ name: String) -> Macro {
    Macro(name, .global, argumentCount: 1) { call throws(MacroFailure) in
      try checkNumber(call)
      return nil
    }
  }

  /// What is said of the owners comes before companies in between.
  private static func quality(_ quality: OwnershipWording.Quality) -> Macro {
    Macro(quality.rawValue, .receiver, argumentCount: 0) { call throws(MacroFailure) in
      guard let target = call.target, isHoldings(target) else { return nil }
      throw MacroFailure(
        "`\(quality)` comes too late: how companies in between count was said already",
        remedy: "write it right behind who counts: ownership.together(…).\(quality)().through(…)", at: target)
    }
  }

  private static func intermediates(_ name: String, argumentCount: Int) -> Macro {
    Macro(name, .receiver, argumentCount: argumentCount) { call throws(MacroFailure) in
      guard let target = call.target else { return nil }
      if isHoldings(target) {
        throw MacroFailure(
          "`\(name)` says a second time how companies in between count",
          remedy: "keep one of through(…), throughLinks(…), direct() and multiplied()", at: target)
      }
      if argumentCount == 1, isOwners(target) { try requireBound(call) }
      return nil
    }
  }

  private static func end(_ name: String, argumentCount: Int) -> Macro {
    Macro(name, .receiver, argumentCount: argumentCount) { call throws(MacroFailure) in
      guard let target = call.target else { return nil }
      if isOwners(target) {
        throw MacroFailure(
          "`\(name)` comes too early: nothing says how companies between an owner and the applicant count",
          remedy: "write `.through(atLeast(50))`, `.throughLinks(over(50))`, `.direct()` or `.multiplied()` before it",
          at: target)
      }
      guard isHoldings(target) else { return nil }
      switch name {
      case "atLeast", "over": try checkNumber(call)
      case "uncertain", "undisclosed", "path": if argumentCount == 1 { try requireBound(call) }
      case "controls":
        guard says("control", target) else {
          throw MacroFailure(
            "`controls` asks for control, and nothing says that control counts",
            remedy: "write `.control()` behind who counts: ownership.together(…).control().through(…).controls()",
            at: target)
        }
      default: break
      }
      return whole(call, target)
    }
  }

  /// The whole condition as one step; `nil` where a part of it is not written out.
  private static func whole(_ call: MacroCall, _ holdings: Syntax) -> Syntax? {
    guard let end = OwnershipEnd(rawValue: call.name), let (start, wording) = said(holdings) else { return nil }
    let threshold: OwnershipQuestion.Threshold?
    switch end {
    case .controls: threshold = nil
    case .atLeast, .over: threshold = self.threshold(call.name, call.arguments[0])
    case .uncertain, .undisclosed: threshold = self.threshold(call.arguments[0])
    }
    guard threshold != nil || end == .controls else { return nil }
    let question = call.node(.literal(.opaque(WholeQuestion(wording, end, threshold))))
    return call.node(.call(function(of: "asked"), start + [question]))
  }

  /// The arguments of the start, and what is said behind it, if all of that is written out.
  private static func said(_ node: Syntax) -> (start: [Syntax], wording: OwnershipWording)? {
    switch node.kind {
    case .call(let name, let arguments):
      guard isOwners(node) else { return nil }
      let question = OwnershipQuestion(addsOwnersUp: name == function(of: "together"))
      return (arguments, OwnershipWording(question: question))
    case .receiverCall(let target, let name, let arguments):
      guard case (let start, var wording)? = said(target) else { return nil }
      // A word too many or too few is left to the check, which names it.
      let bound = arguments.count == 1 ? threshold(arguments[0]) : nil
      guard arguments.isEmpty || bound != nil else { return nil }
      switch (name, bound) {
      case ("direct", nil): wording.question.intermediates = .ignored
      case ("multiplied", nil): wording.question.intermediates = .multiplied
      case ("through", let bound?): wording.question.intermediates = .owned(bound)
      case ("throughLinks", let bound?): wording.question.intermediates = .chain(bound)
      case (_, nil):
        guard let quality = OwnershipWording.Quality(rawValue: name) else { return nil }
        wording.say(quality)
      default: return nil
      }
      return (start, wording)
    default: return nil
    }
  }

  /// `atLeast(50)`, `over(50)`.
  private static func threshold(_ node: Syntax) -> OwnershipQuestion.Threshold? {
    guard case .call(let name, let arguments) = node.kind, ["atLeast", "over"].contains(name), arguments.count == 1
    else { return nil }
    return threshold(name, arguments[0])
  }

  private static func threshold(_ name: String, _ number: Syntax) -> OwnershipQuestion.Threshold? {
    guard case .literal(let value) = number.kind else { return nil }
    return try? threshold(value, isExclusive: name == "over")
  }

  private static func checkNumber(_ call: MacroCall) throws(MacroFailure) {
    let number: Double
    switch call.arguments[0].kind {
    case .literal(.int(let value)): number = Double(value)
    case .literal(.double(let value)): number = value
    case .call("-_", _): number = -1
    default: return
    }
    let isExclusive = call.name == "over"
    guard isExclusive ? number >= 0 && number < 100 : number > 0 && number <= 100 else {
      throw MacroFailure(
        isExclusive ? "over \(shown(number)) is no threshold" : "at least \(shown(number)) is no threshold",
        remedy: isExclusive
          ? "write a percentage from 0 to less than 100; any share at all is over(0)"
          : "write a percentage above 0 and up to 100; any share at all is over(0)",
        at: call.arguments[0])
    }
  }

  /// A number as it was meant.
  private static func shown(_ number: Double) -> String {
    if number < 0 { return "less than nothing" }
    return "\(number == number.rounded() && number < 1e15 ? String(Int64(number)) : String(number)) %"
  }

  private static func requireBound(_ call: MacroCall) throws(MacroFailure) {
    guard case .literal(let value) = call.arguments[0].kind else { return }
    throw MacroFailure(
      "`\(call.name)(\(value))` leaves open whether \(value) itself is enough",
      remedy: "write `\(call.name)(atLeast(\(value)))` or `\(call.name)(over(\(value)))`", at: call.arguments[0])
  }

  /// What to write behind an expression that stops halfway, by the message of the check.
  static func remedy(for message: String) -> String? {
    if message == "the expression is of type \(owners), not bool" {
      return "say how companies in between count, and how much: ….through(atLeast(50)).atLeast(50)"
    }
    if message == "the expression is of type \(holdings), not bool" {
      return "say how much: ….atLeast(50) or ….over(50), or ask ….undisclosed(atLeast(50))"
    }
    return nil
  }

  // MARK: What an expression is, by how it is written

  private static func isOwners(_ node: Syntax) -> Bool {
    switch node.kind {
    case .call(let name, _): name == function(of: "together") || name == function(of: "each")
    case .receiverCall(let target, let name, _):
      OwnershipWording.Quality(rawValue: name) != nil && isOwners(target)
    default: false
    }
  }

  private static func isHoldings(_ node: Syntax) -> Bool {
    guard case .receiverCall(let target, let name, _) = node.kind else { return false }
    return ["through", "throughLinks", "direct", "multiplied"].contains(name) && isOwners(target)
  }

  private static func says(_ step: String, _ node: Syntax) -> Bool {
    guard case .receiverCall(let target, let name, _) = node.kind else { return false }
    return name == step || says(step, target)
  }
}
