/// Rows of a comma- or tab-separated file (RFC 4180), one at a time.
///
/// The row that is being read lies contiguous in a buffer, so that a row that turns out to be malformed costs itself
/// only: reading resumes in the line after the one in which it began. Memory is bounded by the longest row allowed.
/// A library would hand out every field as a string and stop at the first stray quote; neither is affordable here.
struct DelimitedReader {
  /// How a publisher writes its rows.
  struct Dialect {
    var delimiter = UInt8(ascii: ",")
    /// Whether a quoted field may hold line ends.
    var spansLines = true
    /// Whether bytes that are not UTF-8 may be Windows-1252.
    var mayBeWindows1252 = false
    /// Whether Ctrl-Z (0x1A) ends the data.
    var endsAtControlZ = false
  }

  private struct Field {
    var start: Int
    var end: Int
    var isASCII: Bool
    var hasDoubledQuotes: Bool
  }

  private enum Malformation {
    case quoteNotClosed(column: Int)
    case textAfterQuote(column: Int)
    case quoteClosedLater(openedLine: Int, column: Int, closedLine: Int)
    case tooManyColumns
  }

  let stream: ByteStream
  let dialect: Dialect
  /// How many columns a row must have; `nil` as long as it is not known.
  var columns: Int?
  /// The line in which the row begins, from 1.
  private(set) var line = 0
  /// How many rows were read or reported, the header included.
  private(set) var rowCount = 0
  /// Whether the Ctrl-Z was met that ends the data.
  private(set) var hasEndMark = false

  private var buffer: [UInt8] = []
  private var rowStart = 0
  private var lineStart = 0
  private var position = 0
  private var nextLine = 1
  private var fields: [Field] = []
  private var isAtEnd = false
  private var lastRowHasNoLineEnd = false
  private var decoder: FieldDecoder

  init(_ stream: ByteStream, dialect: Dialect, columns: Int? = nil) {
    self.stream = stream
    self.dialect = dialect
    self.columns = columns
    decoder = FieldDecoder(stream, mayBeWindows1252: dialect.mayBeWindows1252)
  }

  /// The number of fields in the row.
  var count: Int { fields.count }

  /// Goes to the next row that can be read; rows that cannot are added to `faults`. `false` at the end.
  mutating func next(_ faults: inout ListFaults) throws(ListFault) -> Bool {
    while try hasByte(position) {
      let byte = buffer[position]
      if byte == 0x0A || byte == 0x0D {
        try endLine()
        rowStart = position
        continue
      }
      if byte == 0x1A, dialect.endsAtControlZ {
        hasEndMark = true
        return false
      }
      if position > 1 << 18 {
        buffer.removeSubrange(..<position)
        position = 0
      }
      line = nextLine
      rowStart = position
      lineStart = position
      rowCount += 1
      let malformation = try scanRow()
      if position - rowStart > stream.limits.rowBytes { throw rowTooLong() }
      if let malformation {
        faults.add(fault(of: malformation))
        try skipLine()
        continue
      }
      if let columns, fields.count != columns {
        if lastRowHasNoLineEnd {
          throw stream.fault(
            "the file ends in the middle of a row: \(fields.count) of \(columns) columns",
            "The file is truncated; download it again.", line: line)
        }
        faults.add(
          stream.fault(
            "the row has \(fields.count) columns instead of \(columns)",
            "Look for a missing or stray quote or separator.", line: line))
        continue
      }
      return true
    }
    return false
  }

  /// A field of the row, without white space around it; empty when the row has no such field.
  mutating func text(_ index: Int) throws(ListFault) -> String {
    guard fields.indices.contains(index) else { return "" }
    let field = fields[index]
    var start = field.start
    var end = field.end
    while start < end, buffer[start] <= 0x20 { start += 1 }
    while end > start, buffer[end - 1] <= 0x20 { end -= 1 }
    if start == end { return "" }
    let column = start - rowStart + 1
    if field.hasDoubledQuotes {
      return try decoder.text(withoutDoubledQuotes(start..<end)[...], line: line, column: column)
    }
    if field.isASCII { return String(decoding: buffer[start..<end], as: UTF8.self) }
    return try decoder.text(buffer[start..<end], line: line, column: column)
  }

  /// The column, in bytes, at which a field begins: for faults.
  func column(of index: Int) -> Int? { fields.indices.contains(index) ? fields[index].start - rowStart + 1 : nil }

  /// A fault of the row, or of one of its fields.
  func rowFault(_ message: String, _ remedy: String, field: Int? = nil) -> ListFault {
    stream.fault(message, remedy, line: line, column: field.flatMap { column(of: $0) })
  }

  // MARK: Scanning

  private mutating func scanRow() throws(ListFault) -> Malformation? {
    fields.removeAll(keepingCapacity: true)
    lastRowHasNoLineEnd = false
    while true {
      if fields.count == stream.limits.columns { return .tooManyColumns }
      let start = position
      let isQuoted = try hasByte(position) && buffer[position] == UInt8(ascii: "\"")
      if isQuoted {
        if let malformation = try scanQuoted() { return malformation }
      } else {
        try scanPlain(from: start)
      }
      // The separator or the line end is next.
      guard try hasByte(position) else {
        lastRowHasNoLineEnd = true
        return nil
      }
      if buffer[position] == dialect.delimiter {
        position += 1
      } else {
        try endLine()
        return nil
      }
    }
  }

  private mutating func scanPlain(from start: Int) throws(ListFault) {
    var bits: UInt8 = 0
    while try hasByte(position) {
      let byte = buffer[position]
      if byte == dialect.delimiter || byte == 0x0A || byte == 0x0D { break }
      if byte == 0 { throw zeroByte() }
      bits |= byte
      position += 1
    }
    fields.append(Field(start: start, end: position, isASCII: bits < 0x80, hasDoubledQuotes: false))
  }

  private mutating func scanQuoted() throws(ListFault) -> Malformation? {
    let quote = UInt8(ascii: "\"")
    let opened = position
    let openedLine = nextLine
    let openedColumn = opened - lineStart + 1
    position += 1
    var bits: UInt8 = 0
    var hasDoubledQuotes = false
    while true {
      guard try hasByte(position) else {
        throw stream.fault(
          "the file ends inside a quoted field: the quote opened here is never closed",
          "The file is truncated or a quote is missing; download it again.", line: openedLine,
          column: openedColumn)
      }
      let byte = buffer[position]
      if byte == quote {
        guard try hasByte(position + 1), buffer[position + 1] == quote else { break }
        hasDoubledQuotes = true
        position += 2
        continue
      }
      if byte == 0 { throw zeroByte() }
      if byte == 0x0A {
        // Told apart from a truncated file: the next line is there, so only this row is lost.
        if !dialect.spansLines, try hasByte(position + 1) {
          return .quoteNotClosed(column: openedColumn)
        }
        nextLine += 1
        lineStart = position + 1
      }
      bits |= byte
      position += 1
    }
    fields.append(
      Field(start: opened + 1, end: position, isASCII: bits < 0x80, hasDoubledQuotes: hasDoubledQuotes))
    position += 1
    while try hasByte(position), buffer[position] == 0x20 { position += 1 }
    guard try hasByte(position) else { return nil }
    let byte = buffer[position]
    if byte == dialect.delimiter || byte == 0x0A || byte == 0x0D { return nil }
    return nextLine == openedLine
      ? .textAfterQuote(column: position - lineStart + 1)
      : .quoteClosedLater(openedLine: openedLine, column: openedColumn, closedLine: nextLine)
  }

  /// Whether there is a byte at `index` of the buffer, after reading on if need be.
  private mutating func hasByte(_ index: Int) throws(ListFault) -> Bool {
    if index < buffer.count { return true }
    if isAtEnd { return false }
    if buffer.count - rowStart > stream.limits.rowBytes {
      throw rowTooLong()
    }
    guard let piece = try stream.read() else {
      isAtEnd = true
      return false
    }
    buffer += piece
    return true
  }

  /// Steps over the line end at `position`: LF, CR LF, or CR alone.
  private mutating func endLine() throws(ListFault) {
    let isReturn = buffer[position] == 0x0D
    position += 1
    if isReturn, try hasByte(position), buffer[position] == 0x0A { position += 1 }
    nextLine += 1
  }

  private mutating func skipLine() throws(ListFault) {
    position = rowStart
    nextLine = line
    while try hasByte(position), buffer[position] != 0x0A, buffer[position] != 0x0D { position += 1 }
    if try hasByte(position) { try endLine() }
  }

  private func rowTooLong() -> ListFault {
    stream.fault(
      "the row is longer than \(stream.limits.rowBytes) bytes",
      "Check that this is a list file and that each quote is closed.", line: line)
  }

  private func zeroByte() -> ListFault {
    stream.fault(
      "there is a zero byte: the file is damaged or no text", "Download it again.", line: nextLine,
      column: position - lineStart + 1)
  }

  private func fault(of malformation: Malformation) -> ListFault {
    switch malformation {
    case .quoteNotClosed(let column):
      stream.fault(
        "the quote opened here is not closed in its line", "Close it, or double it if it belongs to the text.",
        line: line, column: column)
    case .textAfterQuote(let column):
      stream.fault(
        "there is text after a closing quote", "Double a quote that belongs to the text, or close the one before.",
        line: line, column: column)
    case .quoteClosedLater(let openedLine, let column, let closedLine):
      stream.fault(
        "the quote opened here is closed in line \(closedLine) only, with text after it",
        "Close it where its field ends.", line: openedLine, column: column)
    case .tooManyColumns:
      stream.fault(
        "the row has more than \(stream.limits.columns) columns", "Check that this is a list file.", line: line)
    }
  }

  private func withoutDoubledQuotes(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      bytes.append(buffer[index])
      index += buffer[index] == UInt8(ascii: "\"") ? 2 : 1
    }
    return bytes
  }
}
