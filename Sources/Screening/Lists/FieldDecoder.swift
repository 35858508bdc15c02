/// Makes text of the bytes of fields, in the one encoding that the file turns out to have.
///
/// Encoding is a property of a file, not of a row: a file with bytes of two encodings is damaged, and to guess would put
/// wrong names on a list.
struct FieldDecoder {
  private let stream: ByteStream
  private let mayBeWindows1252: Bool
  private var utf8Line: Int?
  private var windowsLine: Int?

  init(_ stream: ByteStream, mayBeWindows1252: Bool) {
    self.stream = stream
    self.mayBeWindows1252 = mayBeWindows1252
  }

  /// The text of a field that begins at `column` of `line`.
  mutating func text(_ bytes: ArraySlice<UInt8>, line: Int, column: Int) throws(ListFault) -> String {
    let text: String
    if let valid = String(validating: bytes, as: UTF8.self) {
      if bytes.contains(where: { $0 >= 0x80 }) { utf8Line = utf8Line ?? line }
      text = valid
    } else if mayBeWindows1252, let decoded = Windows1252.decode(bytes) {
      windowsLine = windowsLine ?? line
      text = decoded
    } else {
      throw stream.fault(
        "the bytes are not UTF-8", "Convert the file: iconv -f WINDOWS-1252 -t UTF-8.", line: line, column: column)
    }
    if let utf8Line, let windowsLine {
      throw stream.fault(
        "the file mixes UTF-8 (line \(utf8Line)) and Windows-1252 (line \(windowsLine))",
        "The file is damaged; download it again.", line: line, column: column)
    }
    return text
  }
}
