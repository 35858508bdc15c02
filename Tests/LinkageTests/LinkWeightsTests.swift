import Linkage
import Testing

@Suite("Weights of shared traces")
struct LinkWeightsTests {
  @Test("each doubling of those outside costs a bit, down to nothing", arguments: TraceKind.allCases)
  func fading(_ kind: TraceKind) {
    #expect(LinkWeights.together(kind, outside: 0) == kind.agreement)
    #expect(LinkWeights.together(kind, outside: 1) == kind.agreement - 1)
    #expect(LinkWeights.together(kind, outside: 3) == kind.agreement - 2)
    #expect(LinkWeights.together(kind, outside: 63) == 0)
    #expect(LinkWeights.together(kind, outside: 1_000_000) == 0)
  }

  @Test("no trace suffices by itself, and no burst of strangers does")
  func alone() {
    for kind in TraceKind.allCases { #expect(kind.agreement < LinkWeights.kept) }
    #expect(LinkWeights.burst(gapHours: 0.1, outside: 1000, ageHours: 1000) < 1)
  }

  @Test("a burst counts the less the longer the gap, the more carriers come anyway, and the younger the population")
  func burst() {
    let near = LinkWeights.burst(gapHours: 1, outside: 1, ageHours: 2880)
    #expect(near > 6)
    #expect(LinkWeights.burst(gapHours: 24, outside: 1, ageHours: 2880) < near)
    #expect(LinkWeights.burst(gapHours: 1, outside: 30, ageHours: 2880) < near)
    #expect(LinkWeights.burst(gapHours: 1, outside: 1, ageHours: 48) < near)
    #expect(LinkWeights.burst(gapHours: 0, outside: 0, ageHours: 1e9) == LinkWeights.mostOfBurst)
    #expect(LinkWeights.burst(gapHours: 1e9, outside: 1e9, ageHours: 1) == 0)
  }

  @Test(
    "large clusters need more ties than small ones",
    arguments: [(1, 1), (2, 1), (3, 2), (16, 2), (17, 3), (25_000, 3)])
  func ties(_ smaller: Int, _ ties: Int) { #expect(LinkWeights.ties(smaller: smaller) == ties) }
}
