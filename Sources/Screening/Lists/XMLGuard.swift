import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What stands between an XML file and the XML library: the text is checked before the library sees any of it.
///
/// Entities that multiply ("billion laughs") and entities that name other files need a declaration, and none of the
/// lists has one: a file with any is refused unparsed. For that check to hold, the bytes must be what they look like, so
/// that encodings other than UTF-8 are refused as well.
enum XMLGuard {
  /// The whole text, checked.
  static func text(of stream: ByteStream) throws(ListFault) -> [UInt8] {
    var bytes: [UInt8] = []
    var line = 1
    var lineStart = 0
    var checked = 0
    while let piece = try stream.read() {
      bytes += piece
      if bytes.count > stream.limits.xmlBytes {
        throw stream.fault("the XML file is longer than \(stream.limits.xmlBytes) bytes", "Check that it is the list.")
      }
      while checked < bytes.count {
        let byte = bytes[checked]
        if byte == 0x0A {
          try check(bytes[lineStart..<checked], line, stream)
          line += 1
          lineStart = checked + 1
        } else if byte == 0 {
          throw stream.fault(
            "there is a zero byte: the file is damaged or no text", "Download it again.", line: line,
            column: checked - lineStart + 1)
        } else if byte == UInt8(ascii: "D") || byte == UInt8(ascii: "E"), checked >= 2,
          bytes[checked - 1] == UInt8(ascii: "!"), bytes[checked - 2] == UInt8(ascii: "<")
        {
          throw declaration(stream, line: line, column: checked - lineStart - 1)
        }
        checked += 1
      }
      if checked - lineStart > stream.limits.rowBytes { throw lineTooLong(stream, line) }
    }
    try check(bytes[lineStart...], line, stream)
    try checkEncoding(stream)
    return bytes
  }

  static func declaration(_ stream: ByteStream, line: Int, column: Int? = nil) -> ListFault {
    stream.fault(
      "the XML file declares a document type or entities, as no list does and as attacks do",
      "Get the file from its publisher again; if it is genuine, remove the declaration.", line: line, column: column)
  }

  private static func check(_ bytes: ArraySlice<UInt8>, _ line: Int, _ stream: ByteStream) throws(ListFault) {
    if bytes.count > stream.limits.rowBytes { throw lineTooLong(stream, line) }
    if String(validating: bytes, as: UTF8.self) == nil {
      throw stream.fault("the bytes are not UTF-8", "Convert the file: iconv -f WINDOWS-1252 -t UTF-8.", line: line)
    }
  }

  private static func lineTooLong(_ stream: ByteStream, _ line: Int) -> ListFault {
    stream.fault(
      "the line is longer than \(stream.limits.rowBytes) bytes", "Check that this is a list file.", line: line)
  }

  private static func checkEncoding(_ stream: ByteStream) throws(ListFault) {
    let head = String(decoding: stream.head.prefix(512), as: UTF8.self)
    guard head.hasPrefix("<?xml"), let end = head.firstRange(of: "?>")?.lowerBound,
      let name = head[..<end].firstRange(of: "encoding=")?.upperBound
    else { return }
    let encoding = head[name..<end].dropFirst().prefix { $0 != "\"" && $0 != "'" }
    if !["utf-8", "us-ascii"].contains(encoding.lowercased()) {
      throw stream.fault(
        "the XML file says that its encoding is \(encoding)", "Convert it to UTF-8 and say so in its first line.",
        line: 1)
    }
  }
}

/// An element of an XML file with what is in it.
struct XMLElement {
  let name: String
  let line: Int
  var text = ""
  var children: [XMLElement] = []

  /// The text of the first child of that name, without white space around it; empty when there is none.
  func value(_ name: String) -> String { children.first { $0.name == name }?.trimmedText ?? "" }

  /// The children of that name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The texts of the `VALUE` elements in the children of that name.
  func values(_ name: String) -> [String] {
    all(name).flatMap { $0.all("VALUE").map(\.trimmedText) }.filter { !$0.isEmpty }
  }

  /// The text without white space around it and with none but single spaces within.
  var trimmedText: String {
    text.utf8.split(whereSeparator: { $0 <= 0x20 }).map { String(Substring($0)) }.joined(separator: " ")
  }
}

/// Reads an XML text and hands out the elements of some names, whole, one after the other.
final class XMLRecords: NSObject, XMLParserDelegate {
  private let stream: ByteStream
  private let recordNames: Set<String>
  private let record: (XMLElement) throws(ListFault) -> Void
  private let root: ([String: String]) -> Void
  private var open: [XMLElement] = []
  private var depth = 0
  private var recordBytes = 0
  private var failure: ListFault?

  /// Reads all of `stream`.
  ///
  /// - Parameters:
  ///   - names: the elements that are handed out.
  ///   - root: called with the attributes of the outermost element.
  ///   - record: called with each of the elements.
  /// - Throws: when the file is no well-formed XML, goes beyond the limits, or `record` throws.
  static func read(
    _ stream: ByteStream, names: Set<String>, root: @escaping ([String: String]) -> Void,
    record: @escaping (XMLElement) throws(ListFault) -> Void
  ) throws(ListFault) {
    let parser = XMLParser(data: Data(try XMLGuard.text(of: stream)))
    parser.shouldResolveExternalEntities = false
    parser.externalEntityResolvingPolicy = .never
    let records = XMLRecords(stream, names, root, record)
    parser.delegate = records
    let isWellFormed = parser.parse()
    if let failure = records.failure { throw failure }
    if !isWellFormed || records.depth != 0 {
      throw stream.fault(
        "the XML is not well-formed or ends too early", "The file is damaged or truncated; download it again.",
        line: max(1, parser.lineNumber), column: parser.columnNumber > 0 ? parser.columnNumber : nil)
    }
  }

  private init(
    _ stream: ByteStream, _ recordNames: Set<String>, _ root: @escaping ([String: String]) -> Void,
    _ record: @escaping (XMLElement) throws(ListFault) -> Void
  ) {
    self.stream = stream
    self.recordNames = recordNames
    self.root = root
    self.record = record
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    depth += 1
    if depth == 1 { root(attributes) }
    if depth > stream.limits.xmlDepth {
      return fail(parser, "the elements nest deeper than \(stream.limits.xmlDepth)")
    }
    if !open.isEmpty || recordNames.contains(name) {
      if open.isEmpty { recordBytes = 0 }
      open.append(XMLElement(name: name, line: parser.lineNumber))
      count(64, parser)
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    guard !open.isEmpty else { return }
    open[open.count - 1].text += text
    count(text.utf8.count, parser)
  }

  func parser(_ parser: XMLParser, foundCDATA block: Data) {
    self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    depth -= 1
    guard failure == nil, let element = open.popLast() else { return }
    if open.isEmpty {
      do throws(ListFault) { try record(element) } catch {
        failure = error
        parser.abortParsing()
      }
    } else {
      open[open.count - 1].children.append(element)
    }
  }

  // An element of a record counts with its own size, so that a record of empty elements is bounded too.
  private func count(_ bytes: Int, _ parser: XMLParser) {
    recordBytes += bytes
    if recordBytes > stream.limits.rowBytes {
      fail(parser, "an entry is longer than \(stream.limits.rowBytes) bytes")
    }
  }

  private func fail(_ parser: XMLParser, _ message: String) {
    guard failure == nil else { return }
    failure = stream.fault(message, "Check that this is the published list.", line: parser.lineNumber)
    open.removeAll()
    parser.abortParsing()
  }
}
