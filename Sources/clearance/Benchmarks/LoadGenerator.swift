import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Drives an HTTP/1.1 server over keep-alive connections, one request at a time on each.
enum LoadGenerator {
  /// What a run gave.
  struct Result: Sendable {
    /// Nanoseconds from sending a request to its whole answer, sorted.
    fileprivate(set) var latencies: [UInt64] = []
    fileprivate(set) var statuses: [Int: Int] = [:]
    fileprivate(set) var seconds = 0.0

    func perSecond(ofStatus status: Int) -> Double { Double(statuses[status] ?? 0) / seconds }

    var otherStatuses: [Int: Int] { statuses.filter { $0.key != 201 } }

    /// The latency at a quantile, in milliseconds with two digits.
    func milliseconds(_ quantile: Double) -> String {
      guard !latencies.isEmpty else { return "-" }
      let index = min(latencies.count - 1, Int(Double(latencies.count) * quantile))
      return String(format: "%.2f", Double(latencies[index]) / 1e6)
    }
  }

  /// Posts bodies in turn until the time is up.
  static func run(
    port: Int, connections: Int, seconds: Int, bodies: [[UInt8]], path: String
  ) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let requests = bodies.map { body in
      ByteBuffer(
        bytes: Array(
          """
          POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n
          """.utf8) + body)
    }
    let start = ContinuousClock.now
    let deadline = NIODeadline.now() + .seconds(Int64(seconds))
    let tally = Tally()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for index in 0..<connections {
        tasks.addTask {
          let promise = group.any().makePromise(of: Void.self)
          let channel = try await ClientBootstrap(group: group)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
              channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                  RequestLoop(
                    requests: requests, first: index * 61, deadline: deadline, done: promise, tally: tally))
              }
            }
            .connect(host: "127.0.0.1", port: port).get()
          try await promise.futureResult.get()
          try? await channel.close()
        }
      }
      try await tasks.waitForAll()
    }
    try await group.shutdownGracefully()
    return tally.total.withLock { total in
      total.latencies.sort()
      total.seconds = start.duration(to: .now) / .seconds(1)
      return total
    }
  }

  /// The status of a GET.
  static func get(port: Int, path: String) async throws -> Int {
    guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { return 0 }
    let request = "GET \(url.path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: request))
      for try await buffer in inbound {
        return String(buffer: buffer).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      }
      return 0
    }
  }
}

/// What all connections have added up.
private final class Tally: Sendable {
  let total = Mutex(LoadGenerator.Result())

  func add(_ part: LoadGenerator.Result) {
    total.withLock { total in
      total.latencies += part.latencies
      total.statuses.merge(part.statuses, uniquingKeysWith: +)
    }
  }
}

/// Sends the next request when the answer to the last one is whole.
private final class RequestLoop: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let requests: [ByteBuffer]
  private let deadline: NIODeadline
  private let done: EventLoopPromise<Void>
  private let tally: Tally
  private var next: Int
  private var sentAt: UInt64 = 0
  private var received = ByteBuffer()
  private var result = LoadGenerator.Result()

  init(
    requests: [ByteBuffer], first: Int, deadline: NIODeadline, done: EventLoopPromise<Void>,
    tally: Tally
  ) {
    self.requests = requests
    next = first
    self.deadline = deadline
    self.done = done
    self.tally = tally
  }

  func channelActive(context: ChannelHandlerContext) { send(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    received.writeBuffer(&buffer)
    guard let status = takeAnswer() else { return }
    result.latencies.append(DispatchTime.now().uptimeNanoseconds - sentAt)
    result.statuses[status, default: 0] += 1
    if NIODeadline.now() >= deadline {
      tally.add(result)
      done.succeed()
    } else {
      send(context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    done.fail(ChannelError.eof)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }

  private func send(_ context: ChannelHandlerContext) {
    sentAt = DispatchTime.now().uptimeNanoseconds
    context.writeAndFlush(wrapOutboundOut(requests[next % requests.count]), promise: nil)
    next += 1
  }

  /// The status of an answer that has arrived whole; the answers of this service have a Content-Length.
  private func takeAnswer() -> Int? {
    let view = received.readableBytesView
    guard let end = view.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
    let head = String(decoding: view[..<end], as: UTF8.self)
    var length = 0
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
      length = Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
    }
    let total = end - view.startIndex + length
    guard received.readableBytes >= total else { return nil }
    received.clear()
    return Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
  }
}
