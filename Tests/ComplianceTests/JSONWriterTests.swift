import Compliance
import Testing

@Suite("Writing JSON piece by piece")
struct JSONWriterTests {
  @Test("gives the bytes that the tree of the same value has")
  func same() throws {
    let text = "a \"quoted\" \\ text\n\u{1}é, [ends {with:"
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("empty")
    writer.strings([])
    writer.name("texts")
    writer.strings([text, "", "["])
    writer.name("nested")
    writer.beginArray()
    for number in 0..<3 {
      writer.beginObject()
      if number > 0 {
        var members = JSONWriter(capacity: 0)
        members.name("text")
        members.string(text)
        members.name("number")
        members.value(.int(number))
        writer.written(members.bytes)
      }
      writer.name("last")
      writer.value(.null)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    func element(_ number: Int) -> JSON {
      .members([
        "text": number > 0 ? .string(text) : nil, "number": number > 0 ? .int(number) : nil, "last": .null,
      ])
    }
    let expected: JSON = .members([
      "empty": .array([]), "texts": .strings([text, "", "["]), "nested": .array((0..<3).map(element)),
    ])
    #expect(writer.bytes == expected.bytes)
    #expect(try JSON.parse(writer.bytes, maximumDepth: 8) == expected)
  }
}
