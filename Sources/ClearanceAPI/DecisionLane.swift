import ClearanceService
import Compliance
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 connections with a ``DecisionLane`` each.
struct DecisionLaneChannel: ServerChildChannel {
  let base: HTTP1Channel
  let decisions: DecisionRoutes
  let authentication: AuthenticationMiddleware
  let requests: RequestMetrics

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      // Behind the handler that knows of idle and of closing connections, so that it sees these requests too.
      try pipeline.addHandler(
        DecisionLane(decisions: decisions, authentication: authentication, requests: requests),
        position: .after(try pipeline.handler(type: HTTPConnectionStateHandler.self)))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// A lane of its own for the one request that has to be fast: a plain `POST /v1/decisions`, without query
/// parameters and idempotency key. It is read, judged and answered on the connection's event loop. On the way
/// through the router the same work takes more than twice the processor time, for hand-overs between threads and
/// tasks of which this request has no need. All other requests pass by, and go that way.
///
/// What a request means is not decided here: the checks, in their order, and the answers are those of
/// ``AuthenticationMiddleware`` and ``DecisionRoutes``.
///
/// A connection's answers stand in the order of its requests: a request is taken only when none that passed by
/// awaits its answer, and while one is taken, what the client sends after it is held back, and then no more is read.
final class DecisionLane: ChannelDuplexHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private enum State {
    /// This many requests that passed by await the end of their answers.
    case passing(Int)
    /// A request is taken, and its body is arriving.
    case collecting(HTTPRequest, ByteBuffer, since: ContinuousClock.Instant)
    /// A request is whole, and its decision is being recorded.
    case deciding(since: ContinuousClock.Instant)
  }

  private let decisions: DecisionRoutes
  private let authentication: AuthenticationMiddleware
  private let requests: RequestMetrics
  private var state = State.passing(0)
  private var held = CircularBuffer<HTTPRequestPart>()
  private var isReadHeld = false
  private var isEndHeld = false
  private var heldError: (any Error)?
  private var context: ChannelHandlerContext?
  private var date = HTTPDate()

  init(decisions: DecisionRoutes, authentication: AuthenticationMiddleware, requests: RequestMetrics) {
    self.decisions = decisions
    self.authentication = authentication
    self.requests = requests
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive(unwrapInboundIn(data), context) }

  func read(context: ChannelHandlerContext) {
    // To stop and start reading costs two system calls; a client that waits for its answer sends nothing meanwhile.
    if held.isEmpty { context.read() } else { isReadHeld = true }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The end of what the client sends would close the connection, and the answer would be lost.
    // With held requests before it, it waits for those as well.
    if case .deciding = state, case ChannelEvent.inputClosed = event {
      isEndHeld = true
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What is not HTTP is answered, and the connection closed, at once by those who come after; the answer to the
    // request before it would come too late.
    if case .deciding = state, heldError == nil { heldError = error } else { context.fireErrorCaught(error) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .passing(let count) = state, case .end = unwrapOutboundIn(data) { state = .passing(count - 1) }
    context.write(data, promise: promise)
  }

  private func receive(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.deciding, _):
      held.append(part)
    case (.passing(0), .head(let head)) where DecisionLane.takes(head):
      state = .collecting(head, ByteBuffer(), since: .now)
    case (.passing(let count), _):
      if case .head = part { state = .passing(count + 1) }
      context.fireChannelRead(wrapInboundOut(part))
    case (.collecting(let head, var body, let start), .body(var bytes)):
      // The buffer must have one owner while it grows.
      state = .passing(0)
      body.writeBuffer(&bytes)
      state = .collecting(head, body, since: start)
    case (.collecting(let head, let body, let start), .end):
      state = .deciding(since: start)
      decide(head, body, on: context)
    case (.collecting, .head):
      // The decoder gives every head an end before the next head.
      context.close(promise: nil)
    }
  }

  /// Whether a request is one for this lane. Its body's length must be told and within the limit, so that nothing
  /// can go wrong with it but its end.
  private static func takes(_ head: HTTPRequest) -> Bool {
    guard head.path == "/v1/decisions", head.method == .post,
      let length = head.headerFields[.contentLength].flatMap({ Int($0) }),
      (0...SubmissionLimits.bodyBytes).contains(length)
    else { return false }
    return !head.headerFields.contains { field in
      field.name == .connection || field.name == .expect || field.name == DecisionRoutes.idempotencyHeader
    }
  }

  private func decide(_ head: HTTPRequest, _ body: ByteBuffer, on context: ChannelHandlerContext) {
    do {
      let caller = try authentication.caller(head.headerFields)
      try DecisionRoutes.check(head.headerFields, caller)
      let request = try decisions.request(
        head.headerFields, body: Array(body.readableBytesView), caller: caller, asOf: nil)
      let eventLoop = context.eventLoop
      let lane = NIOLoopBound(self, eventLoop: eventLoop)
      decisions.service.decide(request) { result in
        eventLoop.execute { lane.value.answer(result) }
      }
    } catch {
      answer(error)
    }
  }
}

extension DecisionLane {
  private func answer(_ result: Result<DecisionService.Answer, DecisionError>) {
    switch result {
    case .success(let answer):
      self.answer(.created, Response.headers("application/json"), ByteBuffer(string: answer.json))
    case .failure(let error): answer(Problem(error))
    }
  }

  private func answer(_ problem: Problem) {
    answer(problem.status, problem.responseHeaders, ByteBuffer(bytes: problem.json.bytes))
  }

  private func answer(_ status: HTTPResponse.Status, _ headers: HTTPFields, _ body: ByteBuffer) {
    // Without a context the client has gone; what was decided is on record.
    guard let context, case .deciding(let start) = state else { return }
    var headers = headers
    headers[.contentLength] = String(body.readableBytes)
    headers[.date] = date.text
    headers[.server] = APIServer.name
    let head = HTTPResponse(status: status, headerFields: headers)
    requests.record(method: .post, route: "/v1/decisions", status: status, duration: start.duration(to: .now))
    state = .passing(0)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    resume(context)
  }

  /// Goes on with what was held back, up to and including the next request that this lane takes.
  private func resume(_ context: ChannelHandlerContext) {
    var isPassing = false
    while !held.isEmpty {
      if case .deciding = state { break }
      isPassing = true
      receive(held.removeFirst(), context)
    }
    if isPassing { context.fireChannelReadComplete() }
    guard held.isEmpty else { return }
    if isReadHeld {
      isReadHeld = false
      context.read()
    }
    // What has been let go may have been a whole request for this lane; then they wait for its answer.
    if case .deciding = state { return }
    if let error = heldError {
      heldError = nil
      context.fireErrorCaught(error)
    }
    if isEndHeld {
      isEndHeld = false
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
  }
}

/// The time of an answer as HTTP writes it (RFC 9110 section 5.6.7), made anew once a second.
private struct HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private var second: Int64 = -1
  private var last = ""

  var text: String {
    mutating get {
      let now = Instant.now
      let second = now.microsecondsSinceEpoch / 1_000_000
      if second != self.second {
        self.second = second
        let date = now.date
        let (year, month, day) = date.parts
        let time = second % 86_400
        let clock = [time / 3600, time / 60 % 60, time % 60].map { ($0 < 10 ? "0" : "") + String($0) }
        last =
          "\(HTTPDate.days[Int(date.daysSinceEpoch) % 7]), \(day < 10 ? "0" : "")\(day) \(HTTPDate.months[month - 1]) "
          + "\(year) \(clock.joined(separator: ":")) GMT"
      }
      return last
    }
  }
}
