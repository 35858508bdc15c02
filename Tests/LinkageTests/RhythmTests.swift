import Linkage
import Testing

@Suite("Rhythms")
struct RhythmTests {
  /// The rhythm of usage on given days, at hours and by amounts that depend on the day.
  static func rhythm(_ days: [Int], now: Int64, hour: (Int) -> Int, exchanges: (Int) -> Int) -> Rhythm {
    let rows = days.sorted(by: >).map { (hour: Int64($0 * 24 + hour($0)), exchanges: Int64(exchanges($0))) }
    return Rhythm(now: now, rows)
  }

  @Test("most days, the same hours and a like amount are a schedule")
  func steady() {
    let rhythm = Self.rhythm(
      [3, 5, 6, 8, 9, 10, 12, 13], now: 14 * 24, hour: { 21 + $0 % 3 }, exchanges: { 30 + $0 % 5 })
    #expect(rhythm.isSteady)
    #expect(rhythm.activeDays == 8)
    #expect(rhythm.spanDays == 11)
    #expect(abs(rhythm.hour - 22) < 1)
  }

  @Test("hours on both sides of midnight are close together")
  func midnight() {
    let rhythm = Self.rhythm(
      [4, 5, 6, 7, 8, 9, 10, 11], now: 300, hour: { $0 % 2 == 0 ? 23 : 1 }, exchanges: { _ in 30 })
    #expect(rhythm.closeness > 0.9)
    #expect(rhythm.hour < 1 || rhythm.hour > 23)
  }

  @Test("few days, rare days, hours all round the clock or amounts all over the place are none")
  func unsteady() {
    let days = [4, 5, 6, 8, 9, 10, 11, 12]
    let now: Int64 = 12 * 24 + 23
    #expect(!Self.rhythm([10, 11, 12], now: now, hour: { _ in 9 }, exchanges: { _ in 30 }).isSteady)
    #expect(!Self.rhythm([0, 4, 8, 12], now: now, hour: { _ in 9 }, exchanges: { _ in 30 }).isSteady)
    #expect(!Self.rhythm(days, now: now, hour: { $0 * 7 % 24 }, exchanges: { _ in 30 }).isSteady)
    #expect(!Self.rhythm(days, now: now, hour: { _ in 9 }, exchanges: { $0 % 3 == 0 ? 200 : 3 }).isSteady)
    #expect(!Rhythm(now: 0, []).isSteady)
  }

  @Test("schedules agree when hours and amounts do")
  func agreement() {
    let days = [4, 5, 6, 8, 9, 10, 11, 12]
    let now: Int64 = 12 * 24 + 23
    func rhythm(_ hour: Int, _ exchanges: Int) -> Rhythm {
      Self.rhythm(days, now: now, hour: { _ in hour }, exchanges: { _ in exchanges })
    }
    #expect(rhythm(23, 30).agrees(with: rhythm(1, 40)))
    #expect(!rhythm(23, 30).agrees(with: rhythm(3, 30)))
    #expect(!rhythm(23, 30).agrees(with: rhythm(23, 60)))
  }

  @Test("usage of more than two weeks ago is not looked at")
  func window() {
    let rhythm = Self.rhythm([1, 2, 3, 4, 39, 40], now: 40 * 24, hour: { _ in 0 }, exchanges: { _ in 10 })
    #expect(rhythm.activeDays == 2)
  }
}
