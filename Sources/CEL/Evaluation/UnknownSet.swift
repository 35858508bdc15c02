/// The facts that could still decide an evaluation, by path, sorted and each once.
public struct UnknownSet: Hashable, Sendable {
  /// The paths, such as `parties[].country`, in ascending order.
  public let paths: [String]

  /// A set of one fact.
  public init(_ path: String) { paths = [path] }

  /// A set of some facts.
  public init(_ paths: some Sequence<String>) { self.paths = Set(paths).sorted() }

  private init(sorted paths: [String]) { self.paths = paths }

  /// The facts of both.
  public func union(_ other: UnknownSet) -> UnknownSet {
    if paths.count == 1 && other.paths.count == 1 {
      let (a, b) = (paths[0], other.paths[0])
      return a == b ? self : UnknownSet(sorted: a < b ? [a, b] : [b, a])
    }
    if paths == other.paths { return self }
    var merged: [String] = []
    merged.reserveCapacity(paths.count + other.paths.count)
    var (i, j) = (0, 0)
    while i < paths.count && j < other.paths.count {
      if paths[i] == other.paths[j] {
        merged.append(paths[i])
        i += 1
        j += 1
      } else if paths[i] < other.paths[j] {
        merged.append(paths[i])
        i += 1
      } else {
        merged.append(other.paths[j])
        j += 1
      }
    }
    merged += paths[i...]
    merged += other.paths[j...]
    return UnknownSet(sorted: merged)
  }
}
