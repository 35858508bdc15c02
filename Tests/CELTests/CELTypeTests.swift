import Testing

@testable import CEL

@Suite("CEL types")
struct CELTypeTests {
  @Test("a type is described as a person reads it")
  func description() {
    #expect(CELType.map(.string, .list(.int)).description == "map(string, list(int))")
    #expect(CELType.optional(.timestamp).description == "optional(timestamp)")
  }

  @Test("a value takes at most 24 bytes")
  func stride() {
    #expect(MemoryLayout<Value>.stride <= 24)
    #expect(MemoryLayout<Outcome>.stride <= 24)
  }
}
