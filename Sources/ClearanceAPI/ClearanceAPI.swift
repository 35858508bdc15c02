/// The HTTP API: routes, authentication, problem documents, metrics and OpenAPI over `ClearanceService`.
///
/// ``APIServer`` puts it together; each file of routes holds one family. Faults leave as problem documents
/// (RFC 9457) made in one place, ``ProblemMiddleware``.
public enum ClearanceAPITarget {}
