import CEL

/// A rule's reason: text in which `{expression}` stands for the value of a CEL expression. A doubled brace
/// stands for itself.
struct ReasonTemplate: Sendable {
  enum Part: Sendable {
    case text(String)
    case expression(Program)
  }

  let parts: [Part]
  /// Where each of ``programs`` begins, in Unicode scalars.
  let offsets: [Int]

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
    var offsets: [Int] = []
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
          offsets.append(index + 1)
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
    return (ReasonTemplate(parts: parts, offsets: offsets), faults)
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
  func scalarRange(of diagnostic: Diagnostic) -> Range<Int> { source.scalarRange(ofBytes: diagnostic.range) }
}

extension String {
  /// A range of UTF-8 bytes in Unicode scalars; at least one.
  func scalarRange(ofBytes range: Range<Int>) -> Range<Int> {
    func scalars(_ offset: Int) -> Int {
      unicodeScalars.distance(
        from: startIndex, to: utf8.index(utf8.startIndex, offsetBy: min(max(0, offset), utf8.count)))
    }
    let low = scalars(range.lowerBound)
    return low..<max(low + 1, scalars(range.upperBound))
  }

  /// The text in a range of UTF-8 bytes, with white space as a single space.
  func excerpt(ofBytes range: Range<Int>) -> String {
    let bytes = Array(utf8)
    let part = bytes[max(0, min(range.lowerBound, bytes.count))..<max(0, min(range.upperBound, bytes.count))]
    return String(decoding: part, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
