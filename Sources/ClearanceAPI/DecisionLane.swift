import ClearanceService
import Compliance
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// HTTP/1.1 connections with a ``DecisionLane`` each.
struct DecisionLaneChannel: ServerChildChannel {
  /// How long a client may send nothing, unless it is waiting for us.
  static let idleTimeout = TimeAmount.seconds(75)

  /// Without an idle timeout of its own: it does not see the requests that the lane takes.
  let base: HTTP1Channel
  let decisions: DecisionRoutes
  let authentication: AuthenticationMiddleware
  let requests: RequestMetrics

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      // Before the handler that makes other types of a request's head and of an answer's, which takes longer than to
      // read them.
      let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
      try pipeline.addHandlers(
        [
          IdleStateHandler(readTimeout: DecisionLaneChannel.idleTimeout),
          DecisionLane(decisions: decisions, authentication: authentication, requests: requests),
        ], position: .before(codec))
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
///
/// The handlers that come after this one close connections, at a shutdown and after errors, and do not see the requests
/// that it takes. So while it has one, what they would close the connection for is held back too.
final class DecisionLane: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    /// This many requests that passed by await the end of their answers.
    case passing(Int)
    /// A request is taken, and its body is arriving.
    case collecting(HTTPRequestHead, DecisionHead, ByteBuffer, since: ContinuousClock.Instant)
    /// A request is whole, and its decision is being recorded.
    case deciding(since: ContinuousClock.Instant)
  }

  private let decisions: DecisionRoutes
  private let authentication: AuthenticationMiddleware
  private let requests: RequestMetrics
  private var state = State.passing(0)
  /// Whether a request that passes by is not whole yet.
  private var isArriving = false
  private var held = CircularBuffer<HTTPServerRequestPart>()
  private var isReadHeld = false
  private var heldEvents: [Any] = []
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
    switch (state, event) {
    case (_, is IdleStateHandler.IdleStateEvent):
      closeIfIdle(context)
    case (.deciding, ChannelEvent.inputClosed), (.deciding, is ChannelShouldQuiesceEvent):
      // Either would close the connection, and the answer would be lost. With held requests before it, it waits for
      // those as well.
      heldEvents.append(event)
    case (.collecting(let head, _, let body, _), is ChannelShouldQuiesceEvent):
      // The rest of it may never come. Those who know how long to wait for it get it as far as it has come.
      state = .passing(1)
      isArriving = true
      context.fireChannelRead(wrapInboundOut(.head(head)))
      if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
      context.fireUserInboundEventTriggered(event)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  /// Ends a connection on which the client sends nothing, unless it is waiting for us.
  private func closeIfIdle(_ context: ChannelHandlerContext) {
    switch state {
    case .deciding: break
    case .passing(let count) where count > 0 && !isArriving: break
    case .passing, .collecting: context.close(promise: nil)
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

  private func receive(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.deciding, _):
      held.append(part)
    case (.passing(let count), .head(let head)):
      if count == 0, let decision = DecisionHead(head) {
        state = .collecting(head, decision, ByteBuffer(), since: .now)
      } else {
        (state, isArriving) = (.passing(count + 1), true)
        context.fireChannelRead(wrapInboundOut(part))
      }
    case (.passing, .body):
      context.fireChannelRead(wrapInboundOut(part))
    case (.passing, .end):
      isArriving = false
      context.fireChannelRead(wrapInboundOut(part))
    case (.collecting(let head, let decision, var body, let start), .body(var bytes)):
      // The buffer must have one owner while it grows.
      state = .passing(0)
      body.writeBuffer(&bytes)
      state = .collecting(head, decision, body, since: start)
    case (.collecting(_, let decision, let body, let start), .end):
      state = .deciding(since: start)
      decide(decision, body, on: context)
    case (.collecting, .head):
      // The decoder gives every head an end before the next head.
      context.close(promise: nil)
    }
  }

  private func decide(_ head: DecisionHead, _ body: ByteBuffer, on context: ChannelHandlerContext) {
    do {
      let caller = try authentication.caller(authorization: head.authorization)
      try DecisionRoutes.check(caller, contentType: head.contentType, isFromBrowser: head.isFromBrowser)
      let request = try decisions.request(
        Array(body.readableBytesView), caller: caller, asOf: nil, idempotencyKey: nil)
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
    case .success(let answer): self.answer(.created, Response.headers("application/json"), answer.body)
    case .failure(let error): answer(Problem(error))
    }
  }

  private func answer(_ problem: Problem) { answer(problem.status, problem.responseHeaders, problem.json.bytes) }

  private func answer(_ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: [UInt8]) {
    // Without a context the client has gone; what was decided is on record.
    guard let context, case .deciding(let start) = state else { return }
    var headers = HTTPHeaders(fields)
    headers.add(name: "Content-Length", value: String(body.count))
    headers.add(name: "Date", value: date.text)
    headers.add(name: "Server", value: APIServer.name)
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase),
      headers: headers)
    var bytes = context.channel.allocator.buffer(capacity: body.count)
    bytes.writeBytes(body)
    requests.record(method: .post, route: "/v1/decisions", status: status, duration: start.duration(to: .now))
    state = .passing(0)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
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
    let events = heldEvents
    heldEvents = []
    for event in events { userInboundEventTriggered(context: context, event: event) }
  }
}

/// What the head of a request for the lane says.
private struct DecisionHead {
  private(set) var authorization: String?
  private(set) var contentType: String?
  /// Whether a page in a browser sent it.
  private(set) var isFromBrowser = false

  /// Nil for a request that is not for the lane. Its body's length must be told and within the limit, so that nothing
  /// can go wrong with it but its end, and what it says twice is for others to make sense of.
  init?(_ head: HTTPRequestHead) {
    guard head.method == .POST, head.uri == "/v1/decisions", head.version == .http1_1 else { return nil }
    var length: Int?
    for (name, value) in head.headers {
      if DecisionHead.is(name, "content-length") {
        guard length == nil, let number = Int(value) else { return nil }
        length = number
      } else if DecisionHead.is(name, "content-type") {
        guard contentType == nil else { return nil }
        contentType = value
      } else if DecisionHead.is(name, "authorization") {
        guard authorization == nil else { return nil }
        authorization = value
      } else if DecisionHead.is(name, "origin") {
        isFromBrowser = true
      } else if DecisionHead.is(name, "connection") || DecisionHead.is(name, "expect")
        || DecisionHead.is(name, "idempotency-key")
      {
        return nil
      }
    }
    guard let length, (0...SubmissionLimits.bodyBytes).contains(length) else { return nil }
  }

  /// Whether a field has this name, which is given in lower case.
  private static func `is`(_ name: String, _ lowercase: StaticString) -> Bool {
    let bytes = name.utf8
    guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
    return lowercase.withUTF8Buffer { zip(bytes, $0).allSatisfy { $0 | 0x20 == $1 } }
  }
}
