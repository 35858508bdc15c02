import Compliance
import Foundation

/// Usage of a population as a file: in order of the hours, and within an hour of the accounts.
///
/// Of 1,000 accounts 25 are one operator's, with some 34 exchanges on three days of four; of the others six in ten use
/// the service at all, on one day of six. 45 days, some 5.4 rows an account.
enum UsageWorkload {
  /// How many days the file has, from 22 April 2026 on.
  static let days = 45

  private static let firstHour = Int32(493_560)

  /// Writes a file; the same numbers give the same file.
  static func write(to path: String, accounts: Int, seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let ids = (0..<accounts).map { _ in id(&random) }.sorted()
    // What an account is follows from its place, so that ids need not be looked up.
    let kinds = ids.map { _ in Kind(UInt32(truncatingIfNeeded: random.next() % 1_000)) }
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw Failure(.failed, "\(path) cannot be written") }
    defer { try? file.close() }
    try file.write(contentsOf: Data("account,hour,exchanges\n".utf8))
    for day in 0..<days {
      var rows: [[(account: Int, exchanges: Int)]] = Array(repeating: [], count: 24)
      for account in 0..<accounts {
        guard let use = kinds[account].use(&random) else { continue }
        rows[use.hour].append((account, use.exchanges))
      }
      var text: [UInt8] = []
      for (hour, rows) in rows.enumerated() {
        let tail = ",\(UsageHour(hoursSinceEpoch: firstHour + Int32(day * 24 + hour))),"
        for row in rows {
          text += ids[row.account].utf8
          text += tail.utf8
          text += String(row.exchanges).utf8
          text.append(0x0A)
        }
      }
      try file.write(contentsOf: Data(text))
    }
  }

  private enum Kind {
    case operated
    case honest
    case idle

    init(_ number: UInt32) { self = number < 25 ? .operated : number < 610 ? .honest : .idle }

    /// What an account of this kind uses on a day.
    func use(_ random: inout SeededRandom) -> (hour: Int, exchanges: Int)? {
      switch self {
      case .operated:
        guard random.next() % 4 != 0 else { return nil }
        return (Int(random.next() % 24), Int(25 + random.next() % 20))
      case .honest:
        guard random.next() % 6 == 0 else { return nil }
        // Around the middle of the day.
        return (Int((8 + random.next() % 8 + random.next() % 8) % 24), Int(1 + random.next() % 30))
      case .idle: return nil
      }
    }
  }

  private static func id(_ random: inout SeededRandom) -> String {
    let digits = String(random.next() & 0xFFFF_FFFF_FFFF, radix: 16)
    return "acct_" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}
