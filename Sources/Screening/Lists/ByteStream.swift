/// The bytes of one file in pieces, counted against the limit; refuses at the first piece what is no text at all.
final class ByteStream {
  let name: String
  let limits: ListLimits
  /// The first bytes, without a byte order mark: enough to tell what the file is.
  let head: [UInt8]
  private let pieces: ListFile.Pieces
  private var first: [UInt8]?
  private var byteCount = 0

  init(_ file: ListFile, limits: ListLimits) throws(ListFault) {
    name = file.name
    self.limits = limits
    pieces = try file.open()
    var head: [UInt8] = []
    while head.count < 4096, let piece = try pieces() {
      head += piece
    }
    byteCount = head.count
    if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
    first = head
    self.head = Array(head.prefix(1 << 16))
    try refuseWhatIsNoList()
  }

  /// The next piece, never empty; `nil` at the end.
  func read() throws(ListFault) -> [UInt8]? {
    if let piece = first, !piece.isEmpty {
      first = nil
      return piece
    }
    first = nil
    while let piece = try pieces() {
      if piece.isEmpty { continue }
      byteCount += piece.count
      if byteCount > limits.fileBytes {
        throw fault("the file is longer than \(limits.fileBytes) bytes", "Split it, or check that it is a list.")
      }
      return piece
    }
    return nil
  }

  func fault(_ message: String, _ remedy: String, line: Int? = nil, column: Int? = nil) -> ListFault {
    ListFault(file: name, line: line, column: column, message: message, remedy: remedy)
  }

  private func refuseWhatIsNoList() throws(ListFault) {
    let again = "Download it again."
    if head.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D, 0x1A].contains($0) }), head.count < 4096 {
      throw fault("the file is empty", again)
    }
    // A text of ASCII characters in UTF-16 has a zero in every other byte, with a byte order mark or without.
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
      || (head.count >= 2 && (head[0] == 0) != (head[1] == 0))
    {
      throw fault(
        "the file is UTF-16 (a spreadsheet program's \"Unicode text\")",
        "Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8.", line: 1, column: 1)
    }
    if let zero = head.firstIndex(of: 0) {
      let before = head[..<zero]
      let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      throw fault(
        "there is a zero byte: the file is damaged or no text", again, line: before.count { $0 == 0x0A } + 1,
        column: zero - lineStart + 1)
    }
    if head.starts(with: [0x1F, 0x8B]) || head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      throw fault("the file is compressed", "Unpack it first, with gunzip or unzip.", line: 1, column: 1)
    }
    if head.starts(with: Array("%PDF".utf8)) {
      throw fault("the file is a PDF document", "Download the list in one of its data formats.", line: 1, column: 1)
    }
    guard let start = head.first(where: { $0 > 0x20 }), start == UInt8(ascii: "<") else { return }
    let text = String(decoding: head.prefix(4096), as: UTF8.self).lowercased()
    if ["<html", "<!doctype html", "<head", "<body"].contains(where: { text.contains($0) }) {
      throw fault(
        "this is an HTML page, most likely an error or login page saved in the list's place", again, line: 1, column: 1)
    }
  }
}
