/// How much of a file is read at most. What goes beyond is refused with its place, so that a file that lies about
/// what it is costs neither memory nor time.
public struct ListLimits: Sendable {
  /// The bytes of one file, 4 GiB.
  public var fileBytes = 4 << 30
  /// The bytes of one row, or of one line of XML, 1 MiB.
  public var rowBytes = 1 << 20
  /// The columns of one row.
  public var columns = 256
  /// The entries of one reading.
  public var entries = 5_000_000
  /// The bytes of an XML file, which its parser reads as a whole, 256 MiB.
  public var xmlBytes = 256 << 20
  /// How deep XML elements nest.
  public var xmlDepth = 32

  /// The limits as stated.
  public init() {}
}
