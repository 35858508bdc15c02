import Compliance

/// How much accounts use: reading it, and adding it up over time.
///
/// ``UsageReader`` reads rows of usage from bytes as they come, CSV or NDJSON, into a `UsageBatch`, with every fault of
/// every line. ``UsageLedger`` keeps rows in memory and tells what an account, or a cluster of accounts, had used up to
/// any moment. What the windows are is said at `UsageWindows`.
///
/// This target knows no files, no SQL and no HTTP.
public enum UsageTarget {}

/// How much is read at most.
public struct UsageLimits: Sendable {
  /// The bytes of one line, 16 KiB.
  public var lineBytes = 16 * 1024
  /// Characters of an account's id, as in submissions.
  public var accountCharacters = SubmissionLimits.idCharacters
  /// The first hour that is taken, the first of 2020: an earlier one is a clock that was never set, or a time in
  /// milliseconds taken for seconds.
  public var earliest = UsageHour(hoursSinceEpoch: 438_288)
  /// The last hour that is taken. Hours to come are a fault: they would count as soon as they are over.
  public var latest: UsageHour

  /// The limits at a moment. An hour that begins within the next one is taken, since clocks differ.
  public init(at moment: Instant) {
    latest = UsageHour(containing: moment.adding(seconds: 3600))
  }
}

/// How rows of usage are written.
public enum UsageFormat: String, Sendable, CaseIterable {
  /// A header and a row a line, by RFC 4180: `account,hour,exchanges` and, if known, `input_tokens,output_tokens`.
  case csv
  /// A JSON object a line with members of the same names.
  case ndjson
}
