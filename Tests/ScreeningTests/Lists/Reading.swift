import Foundation

@testable import Screening

/// Reads one text as a list.
func read(
  _ text: String, name: String = "list", format: ListFormat? = nil, listID: String? = nil,
  limits: ListLimits = ListLimits()
) throws(ListFault) -> ListReading {
  try ListReading(
    [ListFile(name: name, bytes: Array(text.utf8))], format: format, listID: listID, limits: limits)
}

/// The fault for which a file is refused; `nil` when it is not.
func refusal(
  _ bytes: [UInt8], name: String = "list", format: ListFormat? = nil, limits: ListLimits = ListLimits()
) -> ListFault? {
  do {
    _ = try ListReading([ListFile(name: name, bytes: bytes)], format: format, limits: limits)
    return nil
  } catch {
    return error
  }
}

/// Where the publishers' real files are; `nil` on a machine without them.
let realLists: String? = {
  let path = "../shared/data/lists"
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()
