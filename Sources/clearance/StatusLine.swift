import Foundation

/// How far a long command is, on one line of a terminal that is written anew; nothing anywhere else.
struct StatusLine {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now

  /// Shows some text.
  func show(_ text: @autoclosure () -> String) {
    if isShown { write("\r\u{1B}[K" + text()) }
  }

  /// Shows how many of so many rows, or whatever it is, are done, how fast, and how long the rest will take.
  func show(_ done: Int, of total: Int, _ things: String = "rows") {
    guard done > 0 else { return }
    let seconds = start.duration(to: .now) / .seconds(1)
    let rest = seconds / Double(done) * Double(max(0, total - done))
    show(
      "\(done) of \(total) \(things) (\(done * 100 / max(1, total)) %)  "
        + "\(Int(Double(done) / max(seconds, 0.001))) \(things)/s  "
        + "\(Int(rest.rounded(.up))) s left")
  }

  /// Removes the line.
  func clear() { show("") }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
