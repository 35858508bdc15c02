import Compliance
import Testing

@testable import Linkage

@Suite("Explanations")
struct ExplanationTests {
  @Test("say how large the cluster is, by what an account is in it, and with how many")
  func traces() {
    let stage = Stage()
    func traces(_ index: Int) -> [Trace] {
      let secret = TraceKey.standardSecret
      return [
        Trace(.card, "card-\(index / 5)a3f", secret: secret), Trace(.device, "device-\(index / 4)91c", secret: secret),
        Trace(.emailDomain, "free.example", secret: secret),
      ]
    }
    for day in 0..<60 {
      _ = stage.signUp(at: Int64(day) * 86_400, organization: 0, traces: [traces(0)[2].key])
    }
    for index in 0..<20 {
      let at = 60 * 86_400 + Int64(index) * 240
      #expect(stage.signUp(at: at, organization: 0, traces: traces(index).map(\.key)) != nil)
    }
    #expect(
      stage.timeline.explain(79, traces: traces(19)) == [
        "20 accounts; this one by card …a3f with 4 others and device …91c with 3",
        "made 4 minutes after the nearest of those",
      ])
    #expect(stage.timeline.explain(5, traces: traces(0)).isEmpty)
  }

  @Test("say which schedule an account keeps")
  func schedule() {
    var rows: [(hour: Int64, exchanges: Int64)] = []
    for day in 0..<9 as Range<Int64> { rows.append((2000 - day * 24, 30 + day % 3)) }
    #expect(Rhythm(now: 2000, rows).description == "on 9 of 9 days, around 08:00 UTC, about 31 exchanges a day")
  }
}
