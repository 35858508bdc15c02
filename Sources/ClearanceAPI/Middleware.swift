import ClearanceService
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOHTTP1
import Store
import Synchronization

/// Turns whatever a route throws into a problem document, and counts and times every request.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = APIContext

  let requests: RequestMetrics
  let logger: Logger

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var response: Response
    do {
      response = try await next(request, context)
    } catch let problem as Problem {
      response = problem.response
    } catch let error as HTTPParserError {
      // The body breaks off in the middle of what is not HTTP; ``MalformedHTTPHandler`` answers, the connection
      // being of no more use.
      throw error
    } catch let error as HTTPError where error.status == .notFound {
      response =
        Problem(
          .notFound, "nothing is at \(request.uri.path.prefix(200))", remedy: "See /openapi.json for what there is."
        ).response
    } catch let error as HTTPError where error.status == .contentTooLarge {
      response = Problem(.tooLarge, "the body is over the limit", remedy: "Send a smaller body.").response
    } catch let error as HTTPError where (400..<500).contains(error.status.code) {
      response = Problem(.malformedRequest, error.body ?? error.status.reasonPhrase).response
    } catch {
      // What went wrong inside is for the log, not for the caller.
      logger.error(
        "a request failed", metadata: ["path": "\(request.uri.path.prefix(200))", "error": "\(error)"])
      response =
        Database.isOutage(error)
        ? Problem(.unavailable, "the database cannot be reached", remedy: "Send the request again.").response
        : Problem(.internalError, "an internal error was logged", remedy: "Tell the operator.").response
    }
    // A body after the head of an answer to HEAD would be taken for the beginning of the next answer.
    if request.method == .head { response = response.createHeadResponse() }
    requests.record(
      method: request.method, route: context.endpointPath ?? "(none)", status: response.status,
      duration: start.duration(to: .now))
    return response
  }
}

/// Finds out who calls, by the bearer key. On a service without keys, which listens on loopback only, every caller is
/// an administrator.
struct AuthenticationMiddleware: RouterMiddleware {
  typealias Context = APIContext

  let keys: KeyRing

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.caller = try caller(authorization: request.headers[.authorization])
    return try await next(request, context)
  }

  /// Who sent a request with this `Authorization`.
  func caller(authorization: String?) throws(Problem) -> Caller {
    if keys.isOpen { return .anonymous }
    guard let header = authorization else {
      throw Problem(
        .unauthenticated, "the request has no Authorization header", remedy: "Send `Authorization: Bearer KEY`.")
    }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", let caller = keys.caller(token: String(parts[1]))
    else {
      throw Problem(
        .unauthenticated, "the key is not valid", remedy: "Ask for a key made by `clearance keys create`.")
    }
    return caller
  }
}

/// Counts and times of requests, by method, route and status.
final class RequestMetrics: Sendable {
  private struct Key: Hashable {
    let method: HTTPRequest.Method
    let route: String
    let status: Int
  }

  private let series = Mutex<[Key: (counter: Counter, timer: Metrics.Timer)]>([:])

  func record(method: HTTPRequest.Method, route: String, status: HTTPResponse.Status, duration: Duration) {
    // Methods that no route takes would let a caller make up as many series as it likes.
    let known = [.get, .post, .head].contains(method) ? method : HTTPRequest.Method("OTHER") ?? .get
    let key = Key(method: known, route: route, status: status.code)
    let (counter, timer) = series.withLock { series in
      if let found = series[key] { return found }
      let made = (
        Counter(
          label: "clearance_http_requests",
          dimensions: [("method", known.rawValue), ("route", route), ("status", String(status.code))]),
        Metrics.Timer(label: "clearance_http_request_duration_seconds", dimensions: [("route", route)])
      )
      series[key] = made
      return made
    }
    counter.increment()
    let (seconds, attoseconds) = duration.components
    timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
