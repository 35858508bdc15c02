import Testing

/// The service as its users see it: the built executable as a process of its own, on a real PostgreSQL, over real
/// sockets. Each file holds one topic; `Support` holds what they share.
///
/// The tests run one after the other: each drives several processes, and a small machine has two cores.
@Suite("The service", .serialized, .workshop)
enum ServiceTests {}
