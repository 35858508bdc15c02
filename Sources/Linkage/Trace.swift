import Foundation
import Compliance

/// Something that accounts can share.
public struct Trace: Sendable, Hashable {
  /// What it is compared by.
  public let key: TraceKey
  /// How it is shown in explanations: whole where it names a place or a company, the last three characters otherwise.
  public let shown: String

  /// A trace of a value in its normal form.
  init(_ kind: TraceKind, _ value: some StringProtocol, secret: (UInt64, UInt64)) {
    key = TraceKey(kind, value, secret: secret)
    switch kind {
    case .emailDomain, .ip, .subnet: shown = String(value)
    case .card, .device, .phone, .party, .address: shown = "…" + value.suffix(3)
    }
  }

  /// The traces of a submission, each once, at most ``Linkage/traces``.
  ///
  /// Names of parties are compared without case and with single spaces; so are street addresses, which need a street
  /// line, and a city or a country.
  public static func all(
    of submission: Submission, secret: (UInt64, UInt64) = TraceKey.standardSecret
  ) -> [Trace] {
    var all: [Trace] = []
    func add(_ kind: TraceKind, _ value: String?) {
      guard let value, !value.isEmpty, all.count < Linkage.traces else { return }
      let trace = Trace(kind, value, secret: secret)
      if !all.contains(trace) { all.append(trace) }
    }
    add(.card, submission.payment?.fingerprint)
    add(.device, submission.network?.device)
    add(.phone, submission.contact?.phone)
    add(.emailDomain, submission.contact?.email?.split(separator: "@").last.map { $0.lowercased() })
    if let ip = submission.network?.ip {
      add(.ip, ip)
      add(.subnet, subnet(of: ip))
    }
    for party in submission.parties ?? [] { add(.party, party.name.map(plain)) }
    for address in submission.addresses ?? [] {
      guard let line = address.line, address.city != nil || address.country != nil else { continue }
      add(.address, plain([line, address.city ?? "", address.country?.code ?? ""].joined(separator: " ")))
    }
    return all
  }

  /// A hash of the organisation that a submission declares; 0 when it declares none.
  public static func organization(
    of submission: Submission, secret: (UInt64, UInt64) = TraceKey.standardSecret
  ) -> UInt64 {
    let name = plain(submission.organization ?? "")
    return name.isEmpty ? 0 : max(1, sipHash(name.utf8, secret))
  }

  private static func plain(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The /24 of an IPv4 address, the /48 of an IPv6 address, as it is written.
  static func subnet(of ip: String) -> String? {
    if !ip.utf8.contains(UInt8(ascii: ":")) {
      let parts = ip.split(separator: ".")
      return parts.count == 4 ? parts[..<3].joined(separator: ".") + ".0/24" : nil
    }
    // Canonical text: a run of zero groups is written as ::, which may begin before the fourth group.
    let halves = ip.components(separatedBy: "::")
    let head = halves[0].split(separator: ":").map(String.init)
    let tail = halves.count > 1 ? halves[1].split(separator: ":").map(String.init) : []
    let zeros = halves.count > 1 ? max(0, 8 - head.count - tail.count) : 0
    let groups = head + [String](repeating: "0", count: zeros) + tail
    return groups.count >= 3 ? groups[..<3].joined(separator: ":") + "::/48" : nil
  }
}
