/// Which cells are to be reviewed when: every cell when it is ten days old and whenever its age has doubled since.
struct ReviewQueue: Sendable {
  private struct Entry {
    var cell: CellNumber
    var at: Int64
  }

  private struct Line {
    var entries: [Entry] = []
    var head = 0

    mutating func takeFirst() -> Entry {
      let entry = entries[head]
      head += 1
      if head > 1024, head * 2 > entries.count {
        entries.removeFirst(head)
        head = 0
      }
      return entry
    }
    var first: Entry? { head < entries.count ? entries[head] : nil }
  }

  /// Cells that await their nth review. All in a line wait equally long, so that each is in order of time.
  private var lines: [Line] = []

  mutating func add(_ cell: CellNumber, madeAt seconds: Int64) { add(cell, seconds, 0) }

  private mutating func add(_ cell: CellNumber, _ seconds: Int64, _ line: Int) {
    while lines.count <= line { lines.append(Line()) }
    lines[line].entries.append(Entry(cell: cell, at: seconds &+ Linkage.firstReviewSeconds << Int64(line)))
  }

  /// Takes the next cell that is due and needed; those that are not are forgotten.
  mutating func next(at seconds: Int64, isNeeded: (CellNumber) -> Bool) -> CellNumber? {
    for line in lines.indices {
      while let first = lines[line].first, first.at <= seconds {
        _ = lines[line].takeFirst()
        if !isNeeded(first.cell) { continue }
        if line < Linkage.reviewDoublings { add(first.cell, first.at, line + 1) }
        return first.cell
      }
    }
    return nil
  }
}
