import Linkage
import Testing

@Suite("Linking")
struct LinkerTests {
  @Test("accounts that share a card and were made within minutes are linked")
  func card() {
    var village = Village()
    let one = village.add(Village.startHour, ["card": "c", "phone": "1"])
    let two = village.add(Village.startHour + 0.2, ["card": "c", "phone": "2"])
    let other = village.add(Village.startHour + 0.3, ["card": "d", "phone": "3"])
    #expect(village.areLinked(one, two))
    #expect(village.cluster(other) == 0)
  }

  @Test("a telephone number that was assigned anew does not merge strangers")
  func recycledPhone() {
    var village = Village()
    let one = village.add(Village.startHour - 24 * 60, ["phone": "p"])
    let two = village.add(Village.startHour, ["phone": "p"])
    let three = village.add(Village.startHour + 24 * 4, ["phone": "p"])
    #expect(!village.areLinked(one, two))
    #expect(!village.areLinked(two, three))
  }

  @Test("one stolen card does not merge two clusters, three independent ties do")
  func stolenCard() {
    var village = Village()
    let ones = village.cell("one", from: Village.startHour, count: 30)
    let twos = village.cell("two", from: Village.startHour, count: 30)
    #expect(Set(ones.map(village.cluster)).count == 1)
    #expect(Set(twos.map(village.cluster)).count == 1)
    let thief = village.add(Village.startHour + 2, ["card": "one 3", "net": "two 0", "device": "t"])
    #expect(village.areLinked(thief, ones[0]) || village.areLinked(thief, twos[0]))
    #expect(!village.areLinked(ones[0], twos[0]))
    for tie in 0..<3 {
      _ = village.add(Village.startHour + 2, ["card": "one \(tie)", "phone": "t \(tie)", "device": "u"])
    }
    for tie in 0..<3 { _ = village.add(Village.startHour + 2.1, ["card": "two \(tie)", "phone": "t \(tie)"]) }
    #expect(village.areLinked(ones[0], twos[0]))
  }

  @Test("several weak traces together outweigh one strong")
  func weakTraces() {
    var village = Village()
    let hours = 24.0 * 8
    let one = village.add(Village.startHour, ["phone": "p", "mail": "m.example", "net": "n", "card": "1"])
    let weak = village.add(Village.startHour + hours, ["phone": "p", "mail": "m.example", "net": "n", "card": "2"])
    let strong = village.add(Village.startHour + hours, ["card": "1", "phone": "q", "mail": "o.example", "net": "o"])
    #expect(village.areLinked(one, weak))
    #expect(!village.areLinked(one, strong))
  }

  @Test("a trace that many carry says nothing, however soon they come after one another")
  func popular() {
    var village = Village()
    for visit in 0..<3000 { _ = village.add(Double(visit), ["mail": "free.example", "card": "visitor \(visit)"]) }
    let one = village.add(3000, ["mail": "free.example", "card": "a"])
    let two = village.add(3000.1, ["mail": "free.example", "card": "b"])
    #expect(village.cluster(one) == 0 && village.cluster(two) == 0)
  }

  @Test("people who come to a campus one by one are not linked, a burst there is")
  func campus() {
    var village = Village()
    for visit in 0..<40 {
      _ = village.add(Double(visit) * 70, ["net": "campus", "mail": "campus.example", "card": "student \(visit)"])
    }
    #expect((0..<village.population.count).allSatisfy { village.cluster(AccountNumber($0)) == 0 })
    let burst = village.cell("pool", from: Village.startHour, count: 20)
    #expect(Set(burst.map(village.cluster)).count == 1)
  }

  @Test("accounts of one declared organisation are affiliated openly and not linked for it")
  func organization() {
    var village = Village()
    let staff = (0..<20).map { village.add(Village.startHour + Double($0) / 10, organization: 7, ["card": "firm"]) }
    #expect(staff.allSatisfy { village.cluster($0) == 0 })
  }

  @Test("those are undeclared that do not declare the organisation that most of their cell declare")
  func undeclared() {
    var village = Village()
    let declared: [UInt64] = [0, 7, 0, 7, 8, 0, 0, 7, 0, 0]
    let pool = declared.enumerated().map {
      village.add(Village.startHour + Double($0.offset) / 10, organization: $0.element, ["card": "c", "net": "n"])
    }
    let cluster = village.cluster(pool[0])
    #expect(village.population.size(ofCluster: cluster) == 10)
    #expect(village.population.undeclared(ofCluster: cluster) == 7)
    village.population.move(pool[1], to: 0, bySchedule: false)
    #expect(village.population.undeclared(ofCluster: cluster) == 7)
    village.population.move(pool[3], to: 0, bySchedule: false)
    #expect(village.population.undeclared(ofCluster: cluster) == 8, "one by itself is not a common organisation")
  }

  @Test("a cell is never larger than its limit, and its cluster goes on")
  func fullCell() {
    var village = Village()
    let pool = village.cell("pool", from: Village.startHour, count: 2 * Linkage.cellSize)
    let cluster = village.cluster(pool[0])
    #expect(pool.count { village.cluster($0) == cluster } == pool.count)
    for cell in village.population.cells(of: cluster) {
      #expect(village.population.size(of: cell) <= Linkage.cellSize)
    }
    #expect(village.population.size(ofCluster: cluster) == pool.count)
  }

  @Test("members who were denied are counted, wherever they move")
  func denied() {
    var village = Village()
    let pool = village.cell("pool", from: Village.startHour, count: 10)
    village.population.setDenied(pool[3], true)
    village.population.setDenied(pool[4], true)
    village.population.setDenied(pool[4], true)
    #expect(village.population.denied(ofCluster: village.cluster(pool[0])) == 2)
    village.population.setDenied(pool[4], false)
    #expect(village.population.denied(ofCluster: village.cluster(pool[0])) == 1)
  }

  @Test("an account is linked by reading few others, however large its cluster")
  func bounded() {
    var memory = CountingMemory()
    var linker = Linker()
    var most = 0
    linker.link(NewAccount(number: 0, signedUp: 0, traces: []), in: &memory)
    for number in 1...25_000 {
      memory.touched = 0
      let traces = [
        TraceKey(.card, "\(number / 5)"), TraceKey(.subnet, "\(number / 40)"),
        TraceKey(.device, "\((number + 20) / 40)"),
      ]
      linker.link(
        NewAccount(number: AccountNumber(number), signedUp: 10_000_000 + Int64(number), traces: traces), in: &memory)
      most = max(most, memory.touched)
    }
    let cluster = memory.population.cluster(ofAccount: 25_000)
    #expect(memory.population.size(ofCluster: cluster) > 20_000)
    #expect(most <= 3 * Linkage.carriers + 1000, "\(most) accounts and cells")
  }
}

/// A population that counts the accounts that are read and the accounts and cells that are changed.
struct CountingMemory: LinkageMemory {
  var population = Population()
  var touched = 0
  private final class Reads { var count = 0 }
  private let reads = Reads()

  var began: Int64? { population.began }
  func read(_ trace: TraceKey, into record: inout TraceRecord) {
    population.read(trace, into: &record)
    reads.count += record.carriers.count
  }
  func cluster(of cell: CellNumber) -> CellNumber { population.cluster(of: cell) }
  func size(of cell: CellNumber) -> Int { population.size(of: cell) }
  func size(ofCluster cluster: CellNumber) -> Int { population.size(ofCluster: cluster) }
  func ties(of cell: CellNumber) -> [Ties] { population.ties(of: cell) }
  func members(of cell: CellNumber) -> [Member] { population.members(of: cell) }
  func cells(of cluster: CellNumber) -> [CellNumber] { population.cells(of: cluster) }
  mutating func add(_ account: NewAccount) {
    touched += reads.count
    reads.count = 0
    population.add(account)
  }
  mutating func makeCell(at seconds: Int64) -> CellNumber { population.makeCell(at: seconds) }
  mutating func move(_ account: AccountNumber, to cell: CellNumber, bySchedule: Bool) {
    touched += 1
    population.move(account, to: cell, bySchedule: bySchedule)
  }
  mutating func tie(_ first: CellNumber, _ second: CellNumber, by trace: UInt64) -> Int {
    population.tie(first, second, by: trace)
  }
  mutating func untie(_ first: CellNumber, _ second: CellNumber, from trace: UInt64) {
    population.untie(first, second, from: trace)
  }
  mutating func merge(_ cluster: CellNumber, into other: CellNumber) {
    touched += population.cells(of: cluster).count
    population.merge(cluster, into: other)
  }
  mutating func split(_ cells: [CellNumber], from cluster: CellNumber) { population.split(cells, from: cluster) }
}
