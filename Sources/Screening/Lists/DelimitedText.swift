/// Comma-separated rows (RFC 4180) as a whole, for files that people make by hand.
public enum DelimitedText {
  /// All rows of a file, the header included.
  ///
  /// - Throws: the first fault; unlike in lists, one bad row here means that the file is not what was meant.
  public static func rows(_ file: ListFile) throws(ListFault) -> [[String]] {
    var reader = DelimitedReader(try ByteStream(file, limits: ListLimits()), dialect: DelimitedReader.Dialect())
    var faults = ListFaults()
    var rows: [[String]] = []
    while try reader.next(&faults) {
      var row: [String] = []
      for index in 0..<reader.count { row.append(try reader.text(index)) }
      rows.append(row)
    }
    if let fault = faults.list.first { throw fault }
    return rows
  }

  /// One row as text, without the line end.
  public static func line(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain = !field.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
      return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",")
  }
}
