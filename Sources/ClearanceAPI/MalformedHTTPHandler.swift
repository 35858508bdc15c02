import Compliance
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Gives callers whose bytes are not HTTP a problem document too. Such a request reaches no route and no
/// middleware: Hummingbird answers it with an empty 400 of its own and closes the connection.
final class MalformedHTTPHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A method that is no token passes the parser and fails after it, and would be answered by a silent close.
    context.fireErrorCaught(error is HTTP1TypeConversionError ? HTTPParserError.invalidMethod : error)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // What comes from our routes always says its type.
    guard case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
      head.headerFields[.contentType] == nil
    else { return context.write(data, promise: promise) }
    let problem = Problem(
      .malformedRequest, "the bytes received are not an HTTP/1.1 request, or its head is too long",
      remedy: "Check the request line, the header fields and how the body's length is told.")
    var response = problem.response
    let body = ByteBuffer(bytes: problem.json.bytes)
    response.headers[.connection] = "close"
    response.headers[.contentLength] = String(body.readableBytes)
    context.write(wrapOutboundOut(.head(response.head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: promise)
  }
}
