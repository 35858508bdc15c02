import Compliance
import Seeded
import Testing

@testable import Ledger

@Suite("Signed notes and checkpoints")
struct NoteTests {
  static let goKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let goNote = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

  @Test("the example of Go's note package verifies and is written again as it was")
  func goExample() throws {
    let key = try VerifierKey(NoteTests.goKey)
    #expect(key.description == NoteTests.goKey)
    let note = try SignedNote(parsing: NoteTests.goNote.utf8)
    #expect(note.description == NoteTests.goNote)
    #expect(try note.verify(by: [key]) == [key])
    #expect(throws: NoteFault.self) { try note.verify(by: []) }
  }

  @Test(
    "the signed checkpoint of the vectors comes out byte for byte", .enabled(if: SharedData.exists(TreeVectors.path)))
  func vector() throws {
    let vector = try TreeVectors.read().checkpoint
    let key = try SigningKey(vector.signer_key)
    #expect(key.verifierKey.description == vector.verifier_key)
    #expect(key.secretText == vector.signer_key)
    let checkpoint = try Checkpoint(
      SignedNote(parsing: vector.signed.utf8), signedBy: VerifierKey(vector.verifier_key))
    #expect(checkpoint.text == vector.text)
    #expect(checkpoint.size == 300)
    #expect(try checkpoint.signed(by: [key]).description == vector.signed)
  }

  @Test("a new key signs, and its texts read back", arguments: VerifierKey.Algorithm.allCases)
  func newKey(algorithm: VerifierKey.Algorithm) throws {
    let key = try SigningKey(name: "log.example/7", algorithm: algorithm)
    let again = try SigningKey(key.secretText + "\n")
    #expect(again.verifierKey == key.verifierKey)
    #expect(try VerifierKey(key.verifierKey.description) == key.verifierKey)
    let checkpoint = try Checkpoint(origin: "log.example/7", size: 1, root: .leaf([]))
    let note = try checkpoint.signed(by: [again])
    #expect(try Checkpoint(note, signedBy: key.verifierKey) == checkpoint)
    #expect(try SignedNote(parsing: note.bytes) == note)
    let other = try SigningKey(name: "log.example/7", algorithm: algorithm)
    #expect(throws: NoteFault.notSigned(by: [other.verifierKey.label])) {
      try Checkpoint(note, signedBy: other.verifierKey)
    }
  }

  @Test("a cosignature states a time, and holds for that time alone")
  func cosignature() throws {
    let log = try SigningKey(name: "log.example")
    let witness = try SigningKey(name: "witness.example", algorithm: .cosignatureV1)
    let time = try #require(Instant("2026-11-25T10:00:00.999Z"))
    let checkpoint = try Checkpoint(origin: "log.example", size: 1, root: .leaf([]))
    var note = try checkpoint.signed(by: [log, witness], at: time)
    let signature = try #require(note.signatures.last)
    #expect(Cosignature.time(of: signature) == Instant("2026-11-25T10:00:00Z"))
    #expect(try note.verify(by: [witness.verifierKey, log.verifierKey]).count == 2)
    for bit in 0..<64 {
      var bytes = signature.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      note.add(.init(name: signature.name, keyID: signature.keyID, bytes: bytes))
      #expect(throws: NoteFault.self) { try note.verify(by: [witness.verifierKey]) }
    }
    // A witness that signs once more replaces what it signed before.
    note.add(try witness.sign(note.text, at: time.adding(seconds: 60)))
    #expect(note.signatures.count == 2)
    #expect(try note.verify(by: [witness.verifierKey]) == [witness.verifierKey])
    // The same key as a log's key has another id, and what it signs is something else.
    let asLog = try VerifierKey(
      name: "witness.example", algorithm: .ed25519, publicKey: witness.verifierKey.publicKey)
    #expect(throws: NoteFault.self) { try note.verify(by: [asLog]) }
    #expect(Cosignature.time(of: try #require(note.signatures.first)) == nil)
  }

  @Test("a signature of another length is wrong, and nothing else", arguments: VerifierKey.Algorithm.allCases)
  func lengths(algorithm: VerifierKey.Algorithm) throws {
    let key = try SigningKey(name: "log.example", algorithm: algorithm)
    let note = try Checkpoint(origin: "log.example", size: 0, root: .emptyRoot).signed(by: [key])
    let signature = try #require(note.signatures.first)
    for length in Array(1..<signature.bytes.count) + [signature.bytes.count + 1, 3000] {
      var other = note
      let bytes = Array((signature.bytes + [UInt8](repeating: 0, count: 3000)).prefix(length))
      other.add(.init(name: signature.name, keyID: signature.keyID, bytes: bytes))
      #expect(throws: NoteFault.wrongSignature(key: key.verifierKey.label)) {
        try SignedNote(parsing: other.bytes).verify(by: [key.verifierKey])
      }
    }
  }

  @Test("no bit of a signed checkpoint can be changed")
  func mutations() throws {
    let log = try SigningKey(name: "log.example/é")
    let checkpoint = try Checkpoint(origin: "log.example/é", size: 42, root: .leaf([1]), extensions: ["more"])
    let bytes = try checkpoint.signed(by: [log]).bytes
    #expect(try Checkpoint(SignedNote(parsing: bytes), signedBy: log.verifierKey) == checkpoint)
    for bit in 0..<bytes.count * 8 {
      var altered = bytes
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") {
        try Checkpoint(SignedNote(parsing: altered), signedBy: log.verifierKey)
      }
    }
    for length in 0..<bytes.count {
      #expect(throws: MalformedInput.self, "length \(length)") { try SignedNote(parsing: bytes[..<length]) }
    }
  }

  @Test(
    "texts that are not notes are refused",
    arguments: [
      "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\n", "text\n— a AAAAAAA=\n", "text\n\n- a AAAAAAA=\n",
      "text\n\n— a AAAAAAA=", "text\n\n— a AAAAAA==\n", "text\n\n—  AAAAAAA=\n", "text\n\n— a+b AAAAAAA=\n",
      "text\n\n— a\u{A0}b AAAAAAA=\n", "text\n\n— a\n", "text\n\n— a AAAAAAB=\n", "te\u{7}xt\n\n— a AAAAAAA=\n",
      "text\r\n\r\n— a AAAAAAA=\r\n", "text\n\n— a AAAAAAA=\n\n", "text\n\n— a AAAAAAA= \n",
      "text\n\n— \u{301}a AAAAAAA=\nx",
    ])
  func notNotes(text: String) {
    #expect(throws: MalformedInput.self) { try SignedNote(parsing: text.utf8) }
  }

  @Test("a text may have empty lines, and names any letters; it comes back byte for byte")
  func unusual() throws {
    for text in ["\n\n— a AAAAAAA=\n", "a\n\nb\n\n\n— é\u{301}\u{301} AAAAAAA=\n— \u{301}b AAAAAAA=\n"] {
      let note = try SignedNote(parsing: text.utf8)
      #expect(Array(note.description.utf8) == Array(text.utf8))
    }
    #expect(try SignedNote(parsing: "a\n\nb\n\n— a AAAAAAA=\n".utf8).text == "a\n\nb\n")
    #expect(throws: MalformedInput.self) { try SignedNote(text: "no line feed") }
    #expect(throws: MalformedInput.self) { try SignedNote(text: "tab\t\n") }
  }

  @Test("a note may have 64 signatures and not more, and 256 KiB")
  func limits() throws {
    let line = "— a \(Base64.encode([UInt8](repeating: 1, count: 3000)))\n"
    #expect(try SignedNote(parsing: ("text\n\n" + String(repeating: line, count: 64)).utf8).signatures.count == 64)
    let short = "— a AAAAAAA=\n"
    #expect(throws: MalformedInput.self) {
      try SignedNote(parsing: ("text\n\n" + String(repeating: short, count: 65)).utf8)
    }
    #expect(throws: MalformedInput.self) {
      try SignedNote(parsing: (String(repeating: "x", count: SignedNote.maximumBytes) + "\n\n" + short).utf8)
    }
  }

  @Test("names that look alike are not the same")
  func names() throws {
    let composed = try SigningKey(name: "\u{E9}")
    let decomposed = try VerifierKey(
      name: "e\u{301}", algorithm: .ed25519, publicKey: composed.verifierKey.publicKey)
    #expect(decomposed.id != composed.verifierKey.id)
    let note = try Checkpoint(origin: "\u{E9}", size: 0, root: .emptyRoot).signed(by: [composed])
    #expect(throws: NoteFault.self) { try note.verify(by: [decomposed]) }
    #expect(throws: NoteFault.self) { try Checkpoint(note, signedBy: composed.verifierKey, origin: "e\u{301}") }
  }

  @Test(
    "texts that are not checkpoints are refused",
    arguments: [
      "", "a\n", "a\n1\n", "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "a\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "a\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "a\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "a\n1 \n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "a\n4611686018427387905\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      "a\n99999999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "a\n1\nAAAA\n",
      "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", "a\n0\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n",
      "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n",
      "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nx\n\ny\n",
      "a\r\n1\r\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n",
    ])
  func notCheckpoints(text: String) {
    #expect(throws: MalformedInput.self) { try Checkpoint(text: text) }
  }

  @Test("extension lines are kept, and the greatest size is read")
  func extensions() throws {
    let text = "a b\n4611686018427387904\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\none\ntwo\n"
    let checkpoint = try Checkpoint(text: text)
    #expect(checkpoint.extensions == ["one", "two"])
    #expect(checkpoint.text == text)
  }

  @Test(
    "texts that are not keys are refused",
    arguments: [
      "", "a", "a+b", "a+403f91f1+", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a3+AhpcnQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAA==",
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
    ])
  func notKeys(text: String) throws {
    #expect(throws: MalformedInput.self) { try VerifierKey(text) }
    #expect(throws: MalformedInput.self) { try SigningKey("PRIVATE+KEY+" + text) }
    #expect(throws: MalformedInput.self) { try SigningKey(text) }
    #expect(throws: MalformedInput.self) { try SigningKey(name: "a b") }
    #expect(throws: MalformedInput.self) { try SigningKey(name: String(repeating: "a", count: 256)) }
  }

  @Test("base64 is read in its one spelling")
  func base64() {
    var random = SeededGenerator(seed: 7)
    for length in 0..<100 {
      let bytes = random.bytes(length)
      let text = Base64.encode(bytes)
      #expect(Base64.decode(text.utf8) == bytes)
      if length % 3 != 0 { #expect(Base64.decode(text.replacing("=", with: "").utf8) == nil) }
    }
    #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
    #expect(Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
    #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
    for text in ["Zm9vYh==", "Zm9vYmF=", "Zm9v\n", "Zg===", "=", "====", "Zm=v", "Zm9vY===", "Zm9-"] {
      #expect(Base64.decode(text.utf8) == nil, "\(text)")
    }
  }
}
