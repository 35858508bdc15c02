import HTTPTypes
import Hummingbird

extension RouterMethods where Context == APIContext {
  /// Answers 405 to the methods that a path does not take, and names those that it does (RFC 9110 section 15.5.6). The
  /// router by itself says that nothing is there, and a caller would look for its mistake in the path.
  ///
  /// - Parameters:
  ///   - path: a path that has routes.
  ///   - methods: the methods of those routes.
  func refuseOthers(_ path: RouterPath, takes methods: [HTTPRequest.Method]) {
    let names = methods.map(\.rawValue).joined(separator: ", ")
    let others: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
    for method in others where !methods.contains(method) {
      on(path, method: method) { request, _ -> Response in
        var problem = Problem(
          .methodNotAllowed, "\(request.uri.path.prefix(200)) does not take \(request.method.rawValue)",
          remedy: "It takes \(names).")
        // Whatever is read by GET is read by HEAD too.
        problem.headers[.allow] = methods.contains(.get) ? names + ", HEAD" : names
        throw problem
      }
    }
  }
}
