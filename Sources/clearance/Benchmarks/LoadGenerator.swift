import Foundation

/// Drives an HTTP/1.1 server over keep-alive connections, one request at a time on each, from one thread with plain
/// sockets: it runs on the machine that it measures, and every microsecond of its own is taken from the service.
enum LoadGenerator {
  /// What a run gave.
  struct Result: Sendable {
    /// Nanoseconds from when a request was due to its whole answer, sorted.
    fileprivate(set) var latencies: [UInt64] = []
    fileprivate(set) var statuses: [Int: Int] = [:]
    fileprivate(set) var seconds = 0.0

    func perSecond(ofStatus status: Int) -> Double { Double(statuses[status] ?? 0) / seconds }

    var otherStatuses: [Int: Int] { statuses.filter { $0.key != 201 } }

    /// The latency at a quantile, in milliseconds with two digits.
    func milliseconds(_ quantile: Double) -> String {
      latencies.isEmpty ? "-" : String(format: "%.2f", millisecond(quantile))
    }

    /// The same as a number; 0 when there was no answer.
    func millisecond(_ quantile: Double) -> Double {
      guard !latencies.isEmpty else { return 0 }
      return Double(latencies[min(latencies.count - 1, Int(Double(latencies.count) * quantile))]) / 1e6
    }
  }

  /// Posts bodies in turn until the time is up. Blocks the thread.
  ///
  /// - Parameters:
  ///   - rate: requests a second, evenly; without, each connection asks again when it is answered. A request that is due
  ///     while no connection is free is late, and that is part of its latency.
  static func run(
    port: Int, connections count: Int, seconds: Int, bodies: [[UInt8]], path: String, rate: Int? = nil
  ) throws -> Result {
    let requests = bodies.map { body in
      Array(
        """
        POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n
        """.utf8) + body
    }
    var connections = try (0..<count).map { _ in try Connection(port: port) }
    defer { for connection in connections { close(connection.descriptor) } }
    let beyond = (connections.map(\.descriptor).max() ?? 0) + 1
    var free = Array(connections.indices)
    var result = Result()
    var sent: UInt64 = 0
    let interval = rate.map { 1_000_000_000 / UInt64(max(1, $0)) } ?? 0
    let start = DispatchTime.now().uptimeNanoseconds
    let end = start + UInt64(seconds) * 1_000_000_000
    while true {
      var now = DispatchTime.now().uptimeNanoseconds
      while now < end, let index = free.last, start + sent * interval <= now {
        let due = interval == 0 ? now : start + sent * interval
        try connections[index].send(requests[Int(sent % UInt64(requests.count))], dueAt: due)
        free.removeLast()
        sent += 1
        now = DispatchTime.now().uptimeNanoseconds
      }
      if now >= end, free.count == count { break }
      let isDueNext = now < end && !free.isEmpty
      let microseconds = isDueNext ? Int(start + sent * interval - now) / 1000 + 1 : 10_000_000
      var wait = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
      var ready = DescriptorSet(connections.map(\.descriptor))
      if select(beyond, &ready.bits, nil, nil, &wait) == 0, !isDueNext {
        throw Failure(.failed, "the service did not answer within 10 s")
      }
      for index in connections.indices where ready.contains(connections[index].descriptor) {
        guard let status = try connections[index].receive() else { continue }
        result.latencies.append(DispatchTime.now().uptimeNanoseconds - connections[index].dueAt)
        result.statuses[status, default: 0] += 1
        free.append(index)
      }
    }
    result.latencies.sort()
    result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    return result
  }

  /// As many as a descriptor set has.
  static let descriptors = 8 * Int32(MemoryLayout<fd_set>.size)

  /// The status of a GET.
  static func get(port: Int, path: String) throws -> Int {
    var connection = try Connection(port: port)
    defer { close(connection.descriptor) }
    try connection.send(Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8), dueAt: 0)
    while true {
      if let status = try connection.receive() { return status }
    }
  }
}

/// Descriptors below ``LoadGenerator/descriptors``, for `select`, which can wait for less than a millisecond.
private struct DescriptorSet {
  var bits = fd_set()

  init(_ descriptors: [Int32]) {
    withUnsafeMutableBytes(of: &bits) { bytes in
      for descriptor in descriptors { bytes[Int(descriptor) / 8] |= 1 << (descriptor % 8) }
    }
  }

  func contains(_ descriptor: Int32) -> Bool {
    withUnsafeBytes(of: bits) { $0[Int(descriptor) / 8] & 1 << (descriptor % 8) != 0 }
  }
}

/// One connection, and what has arrived of its answer.
private struct Connection {
  let descriptor: Int32
  private(set) var dueAt: UInt64 = 0
  private var received: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 16 * 1024)

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0, descriptor < LoadGenerator.descriptors else {
      close(descriptor)
      throw Failure(.unavailable, status == 0 ? "too many connections" : "nothing listens on port \(port)")
    }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sends the next request. It is smaller than the socket's buffer, which is empty by then.
  mutating func send(_ request: [UInt8], dueAt due: UInt64) throws {
    dueAt = due
    guard write(descriptor, request, request.count) == request.count else {
      throw Failure(.failed, "a request could not be sent")
    }
  }

  /// Reads once; the status of the answer if it has arrived whole. The answers of this service have a Content-Length.
  mutating func receive() throws -> Int? {
    let count = read(descriptor, &chunk, chunk.count)
    guard count > 0 else { throw Failure(.failed, "the service closed a connection") }
    received += chunk[..<count]
    guard let bodyStart = endOfHead else { return nil }
    guard received.count >= bodyStart + contentLength(before: bodyStart) else { return nil }
    defer { received.removeAll(keepingCapacity: true) }
    return Int(String(decoding: received[9..<12], as: UTF8.self)) ?? 0
  }

  private var endOfHead: Int? {
    let mark: [UInt8] = [13, 10, 13, 10]
    guard received.count >= 12 + mark.count else { return nil }
    return (12...received.count - mark.count).first { received[$0..<$0 + 4].elementsEqual(mark) }.map { $0 + 4 }
  }

  private func contentLength(before end: Int) -> Int {
    let name = Array("content-length:".utf8)
    for line in received[..<end].split(separator: 10) where line.count > name.count {
      guard zip(line, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
      return line.dropFirst(name.count).reduce(0) { (0x30...0x39).contains($1) ? $0 * 10 + Int($1 - 0x30) : $0 }
    }
    return 0
  }
}
