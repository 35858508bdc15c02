import Compliance

/// The time of an answer as HTTP writes it (RFC 9110 section 5.6.7), made anew once a second.
struct HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private var second: Int64 = -1
  private var last = ""

  var text: String {
    mutating get {
      let now = Instant.now
      let second = now.microsecondsSinceEpoch / 1_000_000
      if second != self.second {
        self.second = second
        let date = now.date
        let (year, month, day) = date.parts
        let time = second % 86_400
        let clock = [time / 3600, time / 60 % 60, time % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        last =
          "\(HTTPDate.days[Int(date.daysSinceEpoch) % 7]), \(day < 10 ? "0" : "")\(day) \(HTTPDate.months[month - 1]) "
          + "\(year) \(clock.joined(separator: ":")) GMT"
      }
      return last
    }
  }
}
