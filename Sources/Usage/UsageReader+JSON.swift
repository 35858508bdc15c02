import Compliance

extension UsageReader {
  /// Takes a row that is a JSON object, or reports all that is wrong with it.
  mutating func jsonRow(_ bytes: UnsafeRawBufferPointer, _ batch: inout UsageBatch) {
    let json: JSON
    do {
      json = try JSON.parse(bytes, maximumDepth: 4)
    } catch {
      return report(nil, "not valid JSON at column \(error.column): \(error.message)", error.remedy)
    }
    guard case .object(let members) = json else {
      return report(nil, "expected an object, found \(json.kindName)", "Write one JSON object a line.")
    }
    var fields = UsageFields()
    for member in members {
      guard let field = UsageReader.fields.firstIndex(of: member.key) else {
        report(
          member.key.isEmpty ? nil : String(member.key.prefix(64)), "unknown field `\(shown(member.key))`",
          closest(to: member.key, in: UsageReader.fields).map { "Did you mean `\($0)`?" }
            ?? "Known fields: \(UsageReader.fields.joined(separator: ", ")).")
        continue
      }
      // A null says as much as a field that is left out.
      if member.value == .null { continue }
      fields.isGiven[field] = true
      switch field {
      case 0: fields.account = text(member)
      case 1: fields.hour = text(member)
      default: fields.numbers[field - 2] = number(member)
      }
    }
    take(fields, &batch)
  }

  private mutating func text(_ member: JSON.Member) -> String? {
    guard let text = member.value.text else {
      report(
        member.key, "expected a string, found \(member.value.kindName)", "Send text in double quotes.")
      return nil
    }
    return text
  }

  private mutating func number(_ member: JSON.Member) -> Int64? {
    guard case .number(let text) = member.value else {
      report(
        member.key, "expected a whole number, found \(member.value.kindName)", "Send digits without quotes, as 25.")
      return nil
    }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      report(member.key, "`\(text)` is not a whole number from 0 on", "Send digits only, as 25.")
      return nil
    }
    return Int64(text) ?? .max
  }
}
