import Foundation
import Synchronization

/// Spans of ids of decisions that no reader of an audit has taken yet.
final class AuditSpans: Sendable {
  /// How many there are at first.
  private static let count = 64

  private let rest: Mutex<ArraySlice<ClosedRange<UUID>>>

  /// Divides all ids from the first to the last.
  init(_ span: ClosedRange<UUID>?) { rest = Mutex(AuditSpans.divided(span)[...]) }

  func next() -> ClosedRange<UUID>? { rest.withLock { $0.popFirst() } }

  /// Spans of about equal time.
  private static func divided(_ span: ClosedRange<UUID>?) -> [ClosedRange<UUID>] {
    guard let span else { return [] }
    func milliseconds(_ id: UUID) -> UInt64 {
      let bytes = id.uuid
      return [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(0) { $0 << 8 | UInt64($1) }
    }
    func bound(_ milliseconds: UInt64, _ rest: UInt8) -> UUID {
      func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: milliseconds >> (8 * index)) }
      return UUID(
        uuid: (
          byte(5), byte(4), byte(3), byte(2), byte(1), byte(0), rest, rest, rest, rest, rest, rest, rest, rest, rest,
          rest
        ))
    }
    let (low, high) = (milliseconds(span.lowerBound), milliseconds(span.upperBound))
    let step = max(1, (high - low) / UInt64(count) + 1)
    return stride(from: low, through: high, by: Int(clamping: step)).map { start in
      bound(start, 0)...bound(min(high, start + step - 1), 0xFF)
    }
  }
}
