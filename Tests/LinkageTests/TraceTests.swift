import Compliance
import Testing

@testable import Linkage

@Suite("Traces")
struct TraceTests {
  @Test("the hash is SipHash-2-4, by the vectors of its authors")
  func siphash() {
    let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    #expect(sipHash([], key) == 0x726f_db47_dd0e_0e31)
    #expect(sipHash(Array(0..<15), key) == 0xa129_ca61_49be_45e5)
  }

  @Test("a submission yields its traces in normal form, each once")
  func submission() throws {
    let text = """
      {"id": "a", "kind": "individual", "name": "Ada", "organization": " Acme  Ltd ",
       "contact": {"email": "Ada@Example.COM", "phone": "+4930123456"},
       "payment": {"fingerprint": "eba5deee709fafb4"}, "network": {"ip": "203.0.113.9", "device": "0a9921797abedf97"},
       "parties": [{"id": "p", "name": "Jo  Doe"}, {"id": "q", "name": "jo doe"}],
       "addresses": [{"kind": "residence", "country": "DE", "city": "Berlin", "line": "Weg 1"}, {"country": "DE"}]}
      """
    let submission = try Submission.decode(Array(text.utf8))
    let traces = Trace.all(of: submission)
    #expect(
      traces.map { "\($0.key.kind) \($0.shown)" } == [
        "card …fb4", "device …f97", "phone …456", "emailDomain example.com", "ip 203.0.113.9",
        "subnet 203.0.113.0/24", "party …doe", "address … de",
      ])
    let other = try Submission.decode(Array(#"{"id": "b", "organization": "ACME ltd"}"#.utf8))
    #expect(Trace.organization(of: submission) == Trace.organization(of: other))
    #expect(Trace.organization(of: submission) != 0)
    #expect(Trace.all(of: other).isEmpty)
  }

  @Test(
    "the network of an address is its /24 or /48",
    arguments: [
      ("203.0.113.9", "203.0.113.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("2001:db8::1", "2001:db8:0::/48"),
      ("::1", "0:0:0::/48"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0::/48"), ("nonsense", nil),
    ])
  func subnet(_ ip: String, _ subnet: String?) { #expect(Trace.subnet(of: ip) == subnet) }

  @Test("kinds never share a key, and a secret changes them all")
  func keys() {
    #expect(TraceKey(.card, "x") != TraceKey(.device, "x"))
    #expect(TraceKey(.card, "x") != TraceKey(.card, "x", secret: (1, 2)))
    #expect(TraceKey(.phone, "x").kind == .phone)
    #expect(TraceKey(rawValue: TraceKey(.ip, "x").rawValue) == TraceKey(.ip, "x"))
    #expect(TraceKey(rawValue: 1) == nil)
  }
}
