/// What a session sent by `NOTIFY` or `pg_notify`.
public struct Notification: Sendable, Hashable {
  /// The channel it was sent on.
  public var channel: String
  /// The text sent with it; empty if none was.
  public var payload: String
  /// The process id of the server process of the sending session.
  public var serverProcess: Int32
}
