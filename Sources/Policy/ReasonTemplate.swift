import CEL

/// A rule's reason: text in which `{expression}` stands for the value of a CEL expression. A doubled brace
/// stands for itself.
struct ReasonTemplate: Sendable {
  enum Part: Sendable {
    case text(String)
    case expression(Program)
  }

  let parts: [Part]

  /// The expressions in it.
  var programs: [Program] {
    parts.compactMap { part in
      if case .expression(let program) = part { program } else { nil }
    }
  }

  /// Compiles a template.
  ///
  /// - Returns: the template, and its faults with the offset, in Unicode scalars, of what they are about.
  static func compile(
    _ text: String, in environment: Environment
  ) -> (ReasonTemplate, [(offset: Int, length: Int, message: String, remedy: String)]) {
    var parts: [Part] = []
    var faults: [(offset: Int, length: Int, message: String, remedy: String)] = []
    let scalars = Array(text.unicodeScalars)
    var literal = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar == "{" || scalar == "}", index + 1 < scalars.count, scalars[index + 1] == scalar {
        literal.append(scalar)
        index += 2
      } else if scalar == "{" {
        guard let end = closingBrace(of: scalars, from: index + 1) else {
          faults.append((index, 1, "this brace is not closed", "Close it with }, or write {{ for a brace."))
          break
        }
        if !literal.isEmpty { parts.append(.text(String(literal))) }
        literal = String.UnicodeScalarView()
        var source = String.UnicodeScalarView()
        source.append(contentsOf: scalars[(index + 1)..<end])
        do {
          parts.append(.expression(try environment.compile(String(source))))
        } catch {
          for diagnostic in error.diagnostics {
            let range = error.scalarRange(of: diagnostic)
            faults.append(
              (
                index + 1 + range.lowerBound, range.count, diagnostic.message,
                diagnostic.remedy ?? "Mend the expression."
              ))
          }
        }
        index = end + 1
      } else if scalar == "}" {
        faults.append((index, 1, "this brace closes nothing", "Write }} for a brace."))
        index += 1
      } else {
        literal.append(scalar)
        index += 1
      }
    }
    if !literal.isEmpty { parts.append(.text(String(literal))) }
    return (ReasonTemplate(parts: parts), faults)
  }

  /// The brace that ends an expression, passing over maps and strings within it.
  private static func closingBrace(of scalars: [Unicode.Scalar], from start: Int) -> Int? {
    var depth = 0
    var quote: Unicode.Scalar?
    var index = start
    while index < scalars.count {
      let scalar = scalars[index]
      if let open = quote {
        if scalar == "\\" { index += 1 } else if scalar == open { quote = nil }
      } else if scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == "{" {
        depth += 1
      } else if scalar == "}" {
        if depth == 0 { return index }
        depth -= 1
      }
      index += 1
    }
    return nil
  }

  /// The reason for these facts. A fact that was not submitted reads "(not given)".
  func render(_ facts: Activation) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .expression(let program):
        switch program.evaluate(facts) {
        case .value(let value): text += ReasonTemplate.plain(value)
        case .unknown: text += "(not given)"
        case .error(let error): text += "(\(error))"
        }
      }
    }
    return text
  }

  private static func plain(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .list(let values): values.map(plain).joined(separator: ", ")
    case .double(let number) where number == number.rounded() && number.magnitude < 1e15: String(Int64(number))
    case .double(let number): String(number)
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .bool(let truth): truth ? "yes" : "no"
    default: value.description
    }
  }
}

extension CompilationFailure {
  /// The place of a diagnostic, in Unicode scalars from the beginning of the source.
  func scalarRange(of diagnostic: Diagnostic) -> Range<Int> {
    let utf8 = source.utf8
    func scalars(_ offset: Int) -> Int {
      let index = utf8.index(utf8.startIndex, offsetBy: min(max(0, offset), utf8.count))
      return source.unicodeScalars.distance(from: source.startIndex, to: index)
    }
    let low = scalars(diagnostic.range.lowerBound)
    return low..<max(low + 1, scalars(diagnostic.range.upperBound))
  }
}
