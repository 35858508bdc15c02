import ClearanceService
import Hummingbird
import Logging
import NIOCore
import Store

/// What is known of a request while it is handled.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Who calls; set by ``AuthenticationMiddleware``.
  var caller = Caller.anonymous

  init(source: Source) { coreContext = .init(source: source) }

}

extension Caller {
  /// Passes only callers with one of these roles.
  func require(_ roles: Role...) throws(Problem) {
    guard roles.contains(role) || role == .admin else {
      throw Problem(
        .forbidden, "the role \(role.rawValue) may not do this",
        remedy: "Use a key with the role \(roles.map(\.rawValue).joined(separator: " or ")).")
    }
  }
}
