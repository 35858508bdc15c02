import Logging
import PostgreSQL

/// The role that all statements of the service work as: it may add to what is recorded and read it, and change nothing
/// of it. Migrations say what exactly (`0010_service_role.sql`).
public enum ServiceRole {
  /// Its name.
  public static let name = "clearance_service"

  /// The user of a private server that is a member of the role.
  private static let privateUser = "clearance"

  /// What there is to be said of the user by whose connection string the service works.
  public struct Rights: Sendable {
    /// The user.
    public let user: String
    /// Whether that user, leaving the role, could change or delete what is recorded.
    public let isUserFree: Bool
  }

  /// Why the service must not work on the database.
  public enum Fault: Error, Sendable, CustomStringConvertible {
    /// The role, or a user who is a member of it, is not there; with the server's words.
    case noRole(String)
    /// The role may change or delete what is in these tables.
    case free([String])

    /// What is wrong, and the remedy.
    public var description: String {
      switch self {
      case .noRole(let reason):
        "the database user of the service cannot work as the role \(name) (\(reason)): run `clearance migrate` as the owner, then `grant \(name) to USER`"
      case .free(let tables):
        "the role \(name) may change or delete what is in \(tables.joined(separator: ", ")): revoke from it what migrations do not grant"
      }
    }
  }

  // What is only ever added to. The outbox, the end of the log and the queue of reviews move, and are not among them.
  private static let kept = [
    "decisions", "decision_marks", "decision_presence", "resolutions", "rulesets", "activations", "list_versions",
    "list_entries", "list_imports", "idempotency_keys", "log_leaves", "log_order", "log_tiles", "log_identity",
    "log_checkpoints", "log_cosigned", "account_keys", "erasures",
  ]

  /// Asks a database what the users of a pool may do.
  ///
  /// - Throws: ``Fault``; `PostgreSQLError` when the database cannot be reached.
  static func rights(_ pool: ConnectionPool) async throws -> Rights {
    do {
      return try await pool.withConnection { db in
        let rows = try await db.query(
          """
          with kept as (
            select oid, relname, relowner from pg_class where oid = any($1::text[]::regclass[])
            union
            select c.oid, c.relname, c.relowner from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'decisions'::regclass
          ), may as (
            select relname::text as name, member,
              pg_has_role(member, relowner, 'usage') or has_table_privilege(member, oid, 'update, delete, truncate')
              or has_any_column_privilege(member, oid, 'update') as is_free
            from kept, unnest(array[current_user, session_user]) as member
          )
          select session_user::text,
            coalesce(bool_or(is_free) filter (where member = session_user), false),
            coalesce(array_agg(distinct name) filter (where is_free and member = current_user), '{}')
          from may
          """, [.textArray(kept)])
        let free: [String] = try rows[0].get(2)
        guard free.isEmpty else { throw Fault.free(free) }
        return Rights(user: try rows[0].text(0), isUserFree: try rows[0].get(1))
      }
    } catch let error as PostgreSQLError where error.isConnectionFailure && error.message.contains(name) {
      throw Fault.noRole(error.message)
    }
  }

  /// Makes the role and a user that is a member of it, on a server that is the service's own; whatever is there stays.
  ///
  /// - Returns: the user.
  static func makeUser(on connectionString: String) async throws -> String {
    let pool = ConnectionPool(configuration: .init(connectionString: connectionString, maximumConnections: 1))
    do {
      try await pool.withConnection { db in
        try await db.simple(
          """
          do $$ begin
            perform pg_advisory_xact_lock(\(makingLock));
            if not exists (select from pg_roles where rolname = '\(name)') then
              create role \(name) nologin;
            end if;
            if not exists (select from pg_roles where rolname = '\(privateUser)') then
              create role \(privateUser) login in role \(name);
            end if;
          end $$
          """)
      }
    } catch {
      await pool.close()
      throw error
    }
    await pool.close()
    return privateUser
  }

  private static let makingLock: Int64 = 7_164_226_956_012_119_911
}
