import NIOCore
import NIOHTTPTypes

/// Lets a shutdown not wait for a request that does not come to its end. An orderly shutdown lets a connection answer
/// what it has begun, and a client that stopped in the middle of a body (it may have lost its network) would hold the
/// service up until the connection counts as idle, longer than most supervisors wait before they kill.
///
/// Only a request that is not whole is given up, and only when nothing before it on its connection awaits an answer.
final class HalfRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How long a request may take to arrive once the shutdown has begun.
  static let patience = TimeAmount.seconds(2)

  private var unanswered = 0
  private var isArriving = false
  private var check: Scheduled<Void>?

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: (unanswered, isArriving) = (unanswered + 1, true)
    case .body: break
    case .end: isArriving = false
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent { watch(context) }
    context.fireUserInboundEventTriggered(event)
  }

  func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

  private func watch(_ context: ChannelHandlerContext) {
    check = context.eventLoop.assumeIsolated().scheduleTask(in: HalfRequestHandler.patience) {
      if self.isArriving, self.unanswered <= 1 { context.close(promise: nil) } else { self.watch(context) }
    }
  }
}
