import Compliance

/// Three answers, ordered. Unknown is ``possibly``; it never clears anyone.
public enum Certainty: UInt8, Sendable, Hashable, Comparable, CaseIterable {
  /// It is not so, whatever turns out.
  case no
  /// It depends on something that is not known.
  case possibly
  /// It is so, whatever turns out.
  case certainly

  /// Orders from no to certainly.
  public static func < (left: Certainty, right: Certainty) -> Bool { left.rawValue < right.rawValue }
}
