import Foundation

/// Measures the time that passes, and the processor's time that this process takes of it.
///
/// Both are the same while nothing else wants the processor; on a busy machine only the second says what the work
/// costs. It counts all threads, and stands for one as long as the others have nothing to do.
struct Stopwatch {
  /// Time that was measured.
  struct Time {
    var elapsedMicroseconds: Double
    var processorMicroseconds: Double

    static func / (time: Time, divisor: Double) -> Time {
      Time(
        elapsedMicroseconds: time.elapsedMicroseconds / divisor,
        processorMicroseconds: time.processorMicroseconds / divisor)
    }
  }

  /// The median of each of the two times by itself.
  static func median(_ times: [Time]) -> Time {
    func middle(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
    return Time(
      elapsedMicroseconds: middle(times.map(\.elapsedMicroseconds)),
      processorMicroseconds: middle(times.map(\.processorMicroseconds)))
  }

  private let start = ContinuousClock.now
  private let processorStart = clock()

  /// The time since the stopwatch was made.
  var time: Time {
    Time(
      elapsedMicroseconds: start.duration(to: .now) / .microseconds(1),
      // By POSIX the unit is a microsecond everywhere.
      processorMicroseconds: Double(clock() - processorStart))
  }
}
