import Foundation

/// Base64 as RFC 4648 section 4 has it, and nothing near it: no white space, no missing padding, no bits set that
/// nothing carries. What is decoded encodes to the same text again, so that a proof cannot be altered and still hold.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    // Whatever a decoder lets pass besides does not encode to the same text.
    guard let data = Data(base64Encoded: Data(text)), data.base64EncodedData().elementsEqual(text) else { return nil }
    return Array(data)
  }
}

extension Hash {
  /// The hash in base64, as notes and proofs write it.
  public var base64: String { Base64.encode(bytes) }

  /// A hash from 44 characters of base64; `nil` for anything else.
  public init?(base64: String) { self.init(base64: base64.utf8) }

  init?(base64: some Collection<UInt8>) {
    guard base64.count == 44, let bytes = Base64.decode(base64) else { return nil }
    self.init(bytes)
  }
}
