/// Something that changed as accounts were linked or cells reviewed, in the order in which it did.
///
/// Whoever keeps sums over clusters, or keeps them in a database, makes the same changes there.
public enum LinkageChange: Sendable, Hashable {
  /// Where an account is: its cell and its cluster at that moment, or 0.
  public struct Place: Sendable, Hashable {
    /// The cell, or 0.
    public var cell: CellNumber
    /// The cluster, or 0.
    public var cluster: CellNumber

    /// A place.
    public init(cell: CellNumber, cluster: CellNumber) {
      self.cell = cell
      self.cluster = cluster
    }
  }

  /// A cell was made, empty, a cluster of its own with the same number.
  case made(CellNumber, at: Int64)
  /// An account went from a place to another; one that is new comes from 0.
  case moved(AccountNumber, from: Place, to: Place, bySchedule: Bool)
  /// A trace came to tie two cells.
  case tied(CellNumber, CellNumber, by: UInt64)
  /// A trace ties two cells no more.
  case untied(CellNumber, CellNumber, from: UInt64)
  /// All cells of a cluster went to another.
  case merged(CellNumber, into: CellNumber)
  /// Some cells of a cluster went to a new one.
  case split([CellNumber], from: CellNumber, into: CellNumber)
}
