import Compliance

/// Gathers the entries of a reading by list, keeps their ids distinct and their number within the limit.
struct ListCollector {
  let limits: ListLimits
  var faults = ListFaults()
  var publishedOn: CalendarDate?
  /// What an officer should know of the reading beside its faults.
  var notes: [String] = []
  /// Rows read, or elements of an XML file, in whatever state.
  var rows = 0
  private(set) var lists: [String: [ListEntry]] = [:]
  private var places: [String: [String: Int]] = [:]
  private var count = 0
  private var rowsOfEntry: [String: Int] = [:]
  // Each row is held against what the entry has: a file of one entry in a million rows must not take a day.
  private static let maximumRowsOfEntry = 1000

  init(limits: ListLimits) { self.limits = limits }

  /// What to do with an entry whose id the list has already.
  enum Repetition {
    /// The publisher's ids are distinct: the second one is a fault.
    case fault
    /// The layout repeats the row for each address: they are one entry.
    case merge
  }

  /// Adds an entry to the list `id`.
  mutating func add(
    _ entry: ListEntry, to id: String, repeated: Repetition, fault: (String, String) -> ListFault
  ) throws(ListFault) {
    if let place = places[id]?[entry.id] {
      switch repeated {
      case .fault:
        faults.add(
          fault("the entry \(shown(entry.id)) occurs twice; the first one counts", "Check the file with its publisher.")
        )
      case .merge:
        rowsOfEntry[id + ":" + entry.id, default: 1] += 1
        if rowsOfEntry[id + ":" + entry.id, default: 1] > ListCollector.maximumRowsOfEntry {
          faults.add(
            fault(
              "the entry \(shown(entry.id)) has more than \(ListCollector.maximumRowsOfEntry) rows",
              "Check the file with its publisher."))
        } else {
          lists[id]?[place].merge(entry)
        }
      }
      return
    }
    count += 1
    if count > limits.entries {
      throw fault("the file has more than \(limits.entries) entries", "Split it into several lists.")
    }
    places[id, default: [:]][entry.id] = lists[id]?.count ?? 0
    lists[id, default: []].append(entry)
  }
}
