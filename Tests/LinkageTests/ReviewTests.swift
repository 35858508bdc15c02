import Linkage
import Testing

@Suite("Weighing again")
struct ReviewTests {
  @Test("a cluster comes apart when the trace that held it turns out to be popular")
  func popular() {
    var village = Village()
    let early = (0..<6).map {
      village.add(Village.startHour + Double($0) / 2, ["device": "new model", "phone": "\($0)"])
    }
    #expect(Set(early.map(village.cluster)).count == 1 && village.cluster(early[0]) != 0)
    for later in 0..<200 {
      _ = village.add(Village.startHour + 12 + Double(later) * 2, ["device": "new model", "phone": "later \(later)"])
    }
    village.review(at: Village.startHour + 24 * 40)
    #expect(early.allSatisfy { village.cluster($0) == 0 })
  }

  @Test("an operator's cluster outlasts every review")
  func lasting() {
    var village = Village()
    let pool = village.cell("pool", from: Village.startHour, count: 300)
    let before = pool.map(village.cluster)
    for day in 1..<400 {
      _ = village.add(Village.startHour + Double(day * 24), ["phone": "another \(day)"])
      village.review(at: Village.startHour + Double(day * 24))
    }
    #expect(pool.map(village.cluster) == before)
  }

  @Test("what only a popular trace tied to the rest splits off, and both parts stay whole")
  func split() {
    var village = Village()
    let start = Village.startHour
    func pool(_ name: String, _ bridge: Bool, _ village: inout Village) -> [AccountNumber] {
      (0..<20).map { index in
        var traces = ["card": "\(name) \(index / 10)", "mail": "\(name).example", "phone": "\(name) \(index)"]
        if bridge && index < 4 { traces["device"] = "bridge \(index)" }
        return village.add(start + Double(index) / 10, traces)
      }
    }
    let ones = pool("one", true, &village)
    let twos = pool("two", true, &village)
    #expect(village.areLinked(ones[0], twos[0]))
    for visit in 0..<400 {
      _ = village.add(start + 24 + Double(visit) * 2, ["device": "bridge \(visit % 4)", "phone": "v \(visit)"])
    }
    village.review(at: start + 24 * 60)
    #expect(!village.areLinked(ones[0], twos[0]))
    #expect(Set(ones.map(village.cluster)).count == 1 && village.cluster(ones[0]) != 0)
    #expect(Set(twos.map(village.cluster)).count == 1 && village.cluster(twos[0]) != 0)
    #expect(village.population.size(ofCluster: village.cluster(ones[0])) == 20)
    #expect(village.population.size(ofCluster: village.cluster(twos[0])) == 20)
  }
}
