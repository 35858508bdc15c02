import CoreMetrics
import Foundation
import Synchronization

/// A metrics backend that is read in the OpenMetrics 1.0 text format. Everything in the program measures through
/// the swift-metrics API; this is the one place that keeps the numbers.
public final class OpenMetrics: MetricsFactory, Sendable {
  private struct Families {
    var counters: [String: [String: CounterSeries]] = [:]
    var gauges: [String: [String: GaugeSeries]] = [:]
    var histograms: [String: [String: HistogramSeries]] = [:]
  }

  private let families = Mutex(Families())

  /// An empty registry.
  public init() {}

  /// The content type of ``rendered()``.
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  /// All metrics as OpenMetrics text.
  func rendered() -> String {
    families.withLock { families in
      var text = ""
      for (name, series) in families.counters.sorted(by: { $0.key < $1.key }) {
        text += "# TYPE \(name) counter\n"
        for (labels, counter) in series.sorted(by: { $0.key < $1.key }) {
          text += "\(name)_total\(braced(labels)) \(counter.value.load(ordering: .relaxed))\n"
        }
      }
      for (name, series) in families.gauges.sorted(by: { $0.key < $1.key }) {
        text += "# TYPE \(name) gauge\n"
        for (labels, gauge) in series.sorted(by: { $0.key < $1.key }) {
          text += "\(name)\(braced(labels)) \(number(gauge.value.withLock { $0 }))\n"
        }
      }
      for (name, series) in families.histograms.sorted(by: { $0.key < $1.key }) {
        text += "# TYPE \(name) histogram\n"
        for (labels, histogram) in series.sorted(by: { $0.key < $1.key }) { text += histogram.rendered(name, labels) }
      }
      return text + "# EOF\n"
    }
  }

  /// See `MetricsFactory`.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(\.counters, label, dimensions) { CounterSeries() }
  }

  /// See `MetricsFactory`.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate
      ? series(\.histograms, label, dimensions) { HistogramSeries(bounds: HistogramSeries.counts) }
      : series(\.gauges, label, dimensions) { GaugeSeries() }
  }

  /// See `MetricsFactory`.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(\.histograms, label, dimensions) { HistogramSeries(bounds: HistogramSeries.seconds) }
  }

  /// See `MetricsFactory`.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// See `MetricsFactory`.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// See `MetricsFactory`.
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func series<Series: Sendable>(
    _ family: sending WritableKeyPath<Families, [String: [String: Series]]>, _ label: String,
    _ dimensions: [(String, String)], _ make: () -> Series
  ) -> Series {
    let labels = dimensions.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    return families.withLock { families in
      if let found = families[keyPath: family][label]?[labels] { return found }
      let made = make()
      families[keyPath: family][label, default: [:]][labels] = made
      return made
    }
  }

  private func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}

private func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

private func number(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
}

private final class CounterSeries: CounterHandler, Sendable {
  let value = Atomic<Int64>(0)

  func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { value.store(0, ordering: .relaxed) }
}

private final class GaugeSeries: RecorderHandler, Sendable {
  let value = Mutex(0.0)

  func record(_ value: Int64) { record(Double(value)) }
  func record(_ value: Double) { self.value.withLock { $0 = value } }
}

/// Counts of observations at or under each bound.
private final class HistogramSeries: RecorderHandler, TimerHandler, Sendable {
  /// Bounds for durations, in seconds.
  static let seconds = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
    0.5, 1, 2.5, 5, 10,
  ]
  /// Bounds for counts.
  static let counts = [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

  private struct State {
    var buckets: [Int]
    var sum = 0.0
    var count = 0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 }
    state.withLock { state in
      if let bucket { state.buckets[bucket] += 1 }
      state.sum += value
      state.count += 1
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func rendered(_ name: String, _ labels: String) -> String {
    state.withLock { state in
      var text = ""
      var total = 0
      let prefix = labels.isEmpty ? "" : labels + ","
      for (bound, count) in zip(bounds, state.buckets) {
        total += count
        text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
      }
      text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n"
      text += "\(name)_sum\(braced(labels)) \(state.sum)\n"
      return text + "\(name)_count\(braced(labels)) \(state.count)\n"
    }
  }
}
