// PostgreSQL: the official C client, libpq, as Swift.
//
// Begin with `ConnectionPool`. It lends a `Connection` for a scope, on which statements run with their values beside
// them:
//
//     let pool = ConnectionPool(configuration: .init(connectionString: "postgresql://db1,db2/clearance"))
//     let names = try await pool.withConnection { db in
//       try await db.query("select name from account where id = $1", [.uuid(id)]).map { try $0.text(0) }
//     }
//
// | file | holds |
// | --- | --- |
// | `ConnectionPool.swift` | who gets a connection, and what happens to it afterwards |
// | `Connection.swift`, `Connection+Transaction.swift`, `Connection+Streaming.swift` | what can be done with one |
// | `Parameter.swift`, `Row.swift`, `PostgreSQLDecodable.swift`, `Timestamp.swift` | values in and out |
// | `PostgreSQLError.swift` | everything that can go wrong |
// | `NotificationListener.swift` | LISTEN, over a connection of its own that comes back by itself |
// | `PrivateServer/` | a server of our own under a data directory, for laptops and tests |
// | `Session.swift`, `Session+….swift` | one session: libpq's calls in order, prepared statements, cancellation |
// | `Reactor.swift` | how tasks wait for sockets without blocking a thread, and why this way |
// | `LibPQ.swift` | the only file that touches libpq's pointers |
//
// It knows nothing of Clearance: no table, no vocabulary, no policy of retrying. It must not import any other target
// than `CLibPQ`.
