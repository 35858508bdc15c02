extension Facts {
  /// How deep recorded facts may nest: a submission, and what it is wrapped in.
  private static let recordedNesting = SubmissionLimits.nesting + 8

  /// Facts from the text in which they are recorded.
  ///
  /// - Throws: ``Faults`` with everything that cannot be read, as when a later version wrote it.
  public init(recorded bytes: [UInt8]) throws(Faults) {
    if let facts = RecordedFactsReader.facts(bytes) {
      self = facts
      return
    }
    let json: JSON
    do {
      json = try JSON.parse(bytes, maximumDepth: Facts.recordedNesting)
    } catch {
      throw Faults(Fault(pointer: "", message: "not valid JSON: \(error)", remedy: error.remedy))
    }
    try self.init(recorded: json)
  }

  /// What recorded facts say that this version does not read, as paths; nothing where they cannot be read at all.
  public static func unread(in bytes: [UInt8]) -> [String] {
    guard let json = try? JSON.parse(bytes, maximumDepth: recordedNesting), let facts = try? Facts(recorded: json)
    else { return [] }
    var paths: [String] = []
    func compare(_ recorded: JSON, _ read: JSON?, _ path: String) {
      guard paths.count < 20 else { return }
      switch (recorded, read) {
      case (.object(let members), _):
        for member in members {
          let place = path.isEmpty ? member.key : path + "." + member.key
          if let value = read?[member.key] {
            compare(member.value, value, place)
          } else {
            paths.append(place)
          }
        }
      case (.array(let elements), .array(let others)?):
        for (index, element) in elements.enumerated() {
          compare(element, index < others.count ? others[index] : nil, "\(path)[\(index)]")
        }
      default: if read == nil { paths.append(path) }
      }
    }
    compare(json, facts.json, "")
    return paths
  }
}
