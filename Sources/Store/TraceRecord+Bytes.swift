import Linkage

extension TraceRecord {
  static let bytesOfCarrier = 12

  /// The carriers as `linkage_traces` has them: their numbers and when they signed up.
  public var storedCarriers: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(carriers.count * TraceRecord.bytesOfCarrier)
    for carrier in carriers {
      withUnsafeBytes(of: carrier.account.bigEndian) { bytes += $0 }
      withUnsafeBytes(of: carrier.signedUp.bigEndian) { bytes += $0 }
    }
    return bytes
  }

  /// A trace as it is kept. What changes of carriers, or is not always needed, is not there: their cells and
  /// organisations are 0. What is no whole carrier is left out.
  init(count: Int, firstSeen: Int64, storedCarriers bytes: [UInt8]) {
    self.init()
    self.count = count
    self.firstSeen = firstSeen
    bytes.withUnsafeBytes { bytes in
      carriers = stride(from: 0, through: bytes.count - TraceRecord.bytesOfCarrier, by: TraceRecord.bytesOfCarrier).map
      {
        Carrier(
          account: AccountNumber(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: AccountNumber.self)),
          signedUp: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 + 4, as: Int64.self)),
          organization: 0, cell: 0)
      }
    }
  }
}
