import Compliance

/// What a witness states of a checkpoint (c2sp.org/tlog-cosignature, `cosignature/v1`): that at a time it was the
/// largest tree of the log that it had seen, and consistent with all before it. The signature line carries eight bytes
/// of big-endian seconds since 1970 and the 64 bytes of an Ed25519 signature.
public enum Cosignature {
  static let timeBytes = 8

  /// When a witness signed; `nil` when the signature does not have the form of a cosignature. It holds only if the
  /// note verifies with the witness's key.
  public static func time(of signature: SignedNote.Signature) -> Instant? {
    seconds(of: signature).flatMap { seconds in
      let (microseconds, isTooLarge) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
      return isTooLarge ? nil : Instant(microsecondsSinceEpoch: microseconds)
    }
  }

  // The specification keeps times below 2^63.
  static func seconds(of signature: SignedNote.Signature) -> UInt64? {
    guard signature.bytes.count == timeBytes + 64 else { return nil }
    let seconds = signature.bytes[..<timeBytes].reduce(0) { $0 << 8 | UInt64($1) }
    return seconds <= UInt64(Int64.max) ? seconds : nil
  }

  static func bytes(of seconds: UInt64) -> [UInt8] {
    (0..<timeBytes).map { UInt8(truncatingIfNeeded: seconds >> UInt64(56 - 8 * $0)) }
  }

  /// The bytes that are signed.
  static func message(_ text: String, seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
  }
}
