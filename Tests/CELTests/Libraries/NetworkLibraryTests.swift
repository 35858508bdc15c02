import CEL
import Testing

@Suite("The network library")
struct NetworkLibraryTests {
  func ip(_ text: String) throws -> Value { try call(.network, "ip", .string(text)) }
  func cidr(_ text: String) throws -> Value { try call(.network, "cidr", .string(text)) }

  @Test(
    "an address is written in its canonical form",
    arguments: [
      ("192.168.0.1", "192.168.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
      ("2001:DB8::68", "2001:db8::68"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
      ("0:0:0:0:0:0:0:0", "::"),
      ("2001:db8:0:0:0:0:0:1", "2001:db8::1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
      ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
      ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("0001:0002:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::ffff:c0a8:1", "192.168.0.1"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
      ("::192.168.0.1", "::c0a8:1"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
      ("ffff:ffff::ffff", "ffff:ffff::ffff"),
    ])
  func canonical(_ text: String, _ expected: String) throws {
    #expect(try call(.network, "string", ip(text)) == .string(expected))
    #expect(try call(.network, "isIP", .string(text)) == true)
    #expect(try call(.network, "ip.isCanonical", .string(text)) == .bool(text == expected))
    #expect(try ip(expected) == ip(text))
  }

  @Test(
    "what is not an address is refused",
    arguments: [
      "", "1", "192.168.0", "192.168.0.1.0", "192.168.0.256", "192.168.0.01", "192.168.0.", ".1.2.3",
      "1.2.3.4 ", "+1.2.3.4",
      "1.2.3.-4", "0x1.2.3.4", "2001:db8:::68", ":", ":::", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
      "1::2::3", "12345::",
      "g::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::",
      "::1.2.3.4:5", "fe80::1%en0",
      "fe80::1%", "::ffff:192.168.0.1", "::FFFF:1.2.3.4", "[::1]", "1.2.3.4/8", "１.2.3.4",
    ])
  func refusal(_ text: String) throws {
    #expect(throws: EvaluationError.self) { try ip(text) }
    #expect(throws: EvaluationError.self) { try call(.network, "ip.isCanonical", .string(text)) }
    #expect(try call(.network, "isIP", .string(text)) == false)
  }

  @Test(
    "what is not a range is refused",
    arguments: [
      "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0/8",
      "/8", "::/129", "::/0128",
      "fe80::1%en0/24", "::ffff:10.0.0.1/104", "::ffff:a00:0/104", "10.0.0.0/8/8", "10.0.0.0/ 8",
      "10.0.0.0/9999999999999999999999",
    ])
  func rangeRefusal(_ text: String) throws {
    #expect(throws: EvaluationError.self) { try cidr(text) }
    #expect(try call(.network, "isCIDR", .string(text)) == false)
  }

  @Test(
    "an address knows what it is for",
    arguments: [
      ("0.0.0.0", "U"), ("127.0.0.1", "L"), ("127.255.0.1", "L"), ("192.168.0.1", "G"), ("8.8.8.8", "G"),
      ("255.255.255.255", ""),
      ("224.0.0.1", "M"), ("224.0.1.1", ""), ("239.1.1.1", ""), ("169.254.169.254", "l"), ("::", "U"),
      ("::1", "L"), ("2001:db8::1", "G"),
      ("ff00::1", ""), ("ff02::1", "M"), ("ff12::1", "M"), ("fe80::1", "l"), ("febf::1", "l"),
      ("fec0::1", "G"), ("fd00::1", "G"),
    ])
  func kinds(_ text: String, _ kinds: String) throws {
    let address = try ip(text)
    for (name, letter) in [
      ("isUnspecified", "U"), ("isLoopback", "L"), ("isGlobalUnicast", "G"), ("isLinkLocalMulticast", "M"),
      ("isLinkLocalUnicast", "l"),
    ] {
      #expect(try call(.network, name, address) == .bool(kinds == letter), "\(text).\(name)()")
    }
    #expect(try call(.network, "family", address) == (text.contains(":") ? 6 : 4))
  }

  @Test(
    "a range contains the addresses that share its prefix",
    arguments: [
      ("192.168.0.0/24", "192.168.0.1", true), ("192.168.0.0/24", "192.168.1.1", false),
      ("192.168.0.77/24", "192.168.0.1", true),
      ("0.0.0.0/0", "8.8.8.8", true), ("::/0", "8.8.8.8", false), ("::/0", "2001:db8::1", true),
      ("192.168.1.1/32", "192.168.1.1", true),
      ("192.168.1.1/32", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
      ("2001:db8::/33", "2001:db8:ffff::1", false),
      ("::1/128", "::1", true), ("0.0.0.0/0", "::", false),
    ])
  func containment(_ range: String, _ address: String, _ expected: Bool) throws {
    #expect(try call(.network, "containsIP", cidr(range), .string(address)) == .bool(expected))
    #expect(try call(.network, "containsIP", cidr(range), ip(address)) == .bool(expected))
  }

  @Test(
    "a range contains the ranges within it",
    arguments: [
      ("192.168.0.0/24", "192.168.0.1/32", true), ("192.168.0.0/24", "192.168.0.0/23", false),
      ("10.0.0.0/8", "10.0.0.0/8", true),
      ("10.0.0.0/8", "11.0.0.0/16", false), ("10.0.0.0/8", "::/8", false), ("::/0", "::/0", true),
    ])
  func rangeContainment(_ range: String, _ other: String, _ expected: Bool) throws {
    #expect(try call(.network, "containsCIDR", cidr(range), .string(other)) == .bool(expected))
    #expect(try call(.network, "containsCIDR", cidr(range), cidr(other)) == .bool(expected))
  }

  @Test("a range can be taken apart")
  func parts() throws {
    let range = try cidr("192.168.1.5/24")
    #expect(try call(.network, "ip", range) == ip("192.168.1.5"))
    #expect(try call(.network, "masked", range) == cidr("192.168.1.0/24"))
    #expect(try call(.network, "prefixLength", range) == 24)
    #expect(try call(.network, "string", range) == "192.168.1.5/24")
    #expect(try call(.network, "masked", cidr("2001:db8::1/0")) == cidr("::/0"))
    #expect(try cidr("192.0.0.1/32") != cidr("192.0.0.1/31"))
    #expect(try ip("::ffff:c0a8:1") == ip("192.168.0.1"))
    #expect(try ip("::ffff:c0a8:1") != ip("192.168.10.1"))
    #expect(range.type.name == "net.CIDR")
    #expect(try ip("::1").type.name == "net.IP")
  }

  @Test("the errors say what is not allowed")
  func messages() {
    for (text, message) in [
      ("x", "IP Address 'x' parse error"), ("fe80::1%en0", "IP Address with zone value is not allowed"),
      ("::ffff:1.2.3.4", "IPv4-mapped IPv6 address is not allowed"),
    ] {
      let error = #expect(throws: EvaluationError.self) { try ip(text) }
      #expect(error?.message.contains(message) == true)
    }
    let error = #expect(throws: EvaluationError.self) { try cidr("fe80::1%en0/24") }
    #expect(error?.message.contains("CIDR with zone value is not allowed") == true)
  }
}
