import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

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
