/// What stands between an XML file and the XML library: the text is checked before the library sees any of it.
///
/// Entities that multiply ("billion laughs") and entities that name other files need a declaration, and none of the
/// lists has one: a file with any is refused unparsed. For that check to hold, the bytes must be what they look like, so
/// that encodings other than UTF-8 are refused as well.
enum XMLGuard {
  // The library holds each attribute of a tag against all others of it.
  private static let maximumTagBytes = 1 << 16

  /// The whole text, checked.
  static func text(of stream: ByteStream) throws(ListFault) -> [UInt8] {
    var bytes: [UInt8] = []
    var line = 1
    var lineStart = 0
    var checked = 0
    var tagStart: Int?
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
        } else if byte == UInt8(ascii: "<") {
          tagStart = checked
        } else if byte == UInt8(ascii: ">") {
          tagStart = nil
        }
        if let start = tagStart, checked - start > maximumTagBytes {
          throw stream.fault(
            "a tag is longer than \(maximumTagBytes) bytes", "Check that this is the published list.", line: line)
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
