import Compliance
import Foundation

/// An HTTP/1.1 client over one blocking socket. It sends what it is given byte for byte, which a library would not,
/// and tells how a connection ended. It belongs to one thread at a time.
final class HTTPClient {
  /// An answer as it came.
  struct Answer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON { (try? JSON.parse(body, maximumDepth: 128)) ?? .null }
    var isProblem: Bool { headers["content-type"] == "application/problem+json" }
    var problemType: String? { json["type"]?.text }
  }

  /// The connection ended before an answer was whole.
  struct Disconnected: Error {
    /// Whether nothing at all came.
    let isBare: Bool
  }

  private let port: Int
  private var descriptor: Int32 = -1
  private var received: [UInt8] = []
  /// The bearer key that ``request(_:_:headers:body:)`` sends.
  var key: String?

  init(port: Int, key: String? = nil) {
    self.port = port
    self.key = key
  }

  deinit { disconnect() }

  func disconnect() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    received = []
  }

  func connect() throws {
    disconnect()
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Unexpected("socket: \(String(cString: strerror(errno)))") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close(descriptor)
      throw Disconnected(isBare: true)
    }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    self.descriptor = descriptor
  }

  /// Sends bytes; a peer that no longer reads is not an error here, since its answer may be there already.
  func send(_ bytes: [UInt8]) throws {
    if descriptor < 0 { try connect() }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { sent += count } else if errno != EINTR { return }
    }
  }

  /// Says that nothing more will be sent.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Whether something can be read, or the peer has closed, within a time.
  func hasInput(milliseconds: Int32) -> Bool {
    if !received.isEmpty { return true }
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) != 0
  }

  /// The next answer, passing over interim ones.
  ///
  /// - Parameter isBodyless: whether it is the answer to HEAD.
  /// - Throws: ``Disconnected`` when the connection ends before it is whole.
  func receive(isBodyless: Bool = false) throws -> Answer {
    while true {
      let answer = try receiveOne(isBodyless: isBodyless)
      if answer.status >= 200 { return answer }
    }
  }

  private func receiveOne(isBodyless: Bool) throws -> Answer {
    var end: Int?
    var searched = 0
    while end == nil {
      if received.count >= 4 {
        for index in searched...(received.count - 4) where received[index..<index + 4].elementsEqual(headEnd) {
          end = index
          break
        }
        searched = max(0, received.count - 3)
      }
      if end == nil { try fill() }
    }
    let lines = String(decoding: received[..<end!], as: UTF8.self).components(separatedBy: "\r\n")
    received.removeFirst(end! + 4)
    let parts = lines[0].split(separator: " ")
    guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", let status = Int(parts[1]) else {
      throw Unexpected("not a status line: \(lines[0])")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let pair = line.split(separator: ":", maxSplits: 1)
      headers[pair[0].lowercased()] = pair.count > 1 ? pair[1].trimmingCharacters(in: .whitespaces) : ""
    }
    var body: [UInt8] = []
    if !isBodyless, status >= 200, status != 204, status != 304 {
      if headers["transfer-encoding"] == "chunked" {
        return Answer(status: status, headers: headers, body: try receiveChunks())
      }
      guard let length = headers["content-length"].flatMap({ Int($0) }) else {
        throw Unexpected("an answer without Content-Length: \(lines)")
      }
      while received.count < length { try fill() }
      body = Array(received[..<length])
      received.removeFirst(length)
    }
    return Answer(status: status, headers: headers, body: body)
  }

  /// A body in chunks (RFC 9112, section 7.1), to its end.
  private func receiveChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      var end: Int?
      while end == nil {
        end = received.firstIndex(of: UInt8(ascii: "\n"))
        if end == nil { try fill() }
      }
      guard let size = Int(String(decoding: received[..<(end! - 1)], as: UTF8.self), radix: 16) else {
        throw Unexpected("not the size of a chunk")
      }
      while received.count < end! + 1 + size + 2 { try fill() }
      body += received[(end! + 1)..<(end! + 1 + size)]
      received.removeFirst(end! + 1 + size + 2)
      if size == 0 { return body }
    }
  }

  private let headEnd: [UInt8] = Array("\r\n\r\n".utf8)

  private func fill() throws {
    guard descriptor >= 0 else { throw Disconnected(isBare: true) }
    guard hasReadable() else { throw Unexpected("no answer within a minute") }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 {
      received += buffer[..<count]
    } else if count == 0 || errno != EINTR {
      throw Disconnected(isBare: received.isEmpty)
    }
  }

  private func hasReadable() -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let count = Glibc.poll(&poll, 1, 60_000)
      if count != 0 && !(count < 0 && errno == EINTR) { return count > 0 }
    }
  }

  /// Sends a request and waits for its answer, on a connection that is kept.
  func request(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) throws -> Answer {
    try send(HTTPClient.bytes(method, target, headers: credentials + headers, body: body))
    do {
      let answer = try receive(isBodyless: method == "HEAD")
      if answer.headers["connection"]?.lowercased() == "close" { disconnect() }
      return answer
    } catch {
      disconnect()
      throw error
    }
  }

  private var credentials: [(String, String)] { key.map { [("Authorization", "Bearer \($0)")] } ?? [] }

  func get(_ target: String) throws -> Answer { try request("GET", target) }

  func post(_ body: [UInt8], to target: String = "/v1/decisions", key: String? = nil) throws -> Answer {
    try request(
      "POST", target, headers: [("Content-Type", "application/json")] + (key.map { [("Idempotency-Key", $0)] } ?? []),
      body: body)
  }

  /// All pages of the history, newest first.
  func history(_ query: String = "", limit: Int = 500) throws -> [JSON] {
    var decisions: [JSON] = []
    var cursor: String?
    repeat {
      let target = "/v1/decisions?limit=\(limit)" + query + (cursor.map { "&cursor=\($0)" } ?? "")
      let answer = try get(target)
      guard answer.status == 200, let page = answer.json["decisions"]?.elements else {
        throw Unexpected("GET \(target): \(answer.status) \(answer.text.prefix(500))")
      }
      decisions += page
      cursor = answer.json["next"]?.text
    } while cursor != nil
    return decisions
  }

  /// A request in bytes, with the length of its body.
  static func bytes(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) -> [UInt8] {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    return Array((head + "\r\n").utf8) + (body ?? [])
  }
}
