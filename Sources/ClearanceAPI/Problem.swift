import Compliance
import HTTPTypes
import Hummingbird
import NIOCore

/// A problem document (RFC 9457): what is wrong with a request, where, and the remedy.
struct Problem: Error, HTTPResponseError {
  /// A problem type: the last part of its URI reference, its title and its status.
  enum Kind: String, CaseIterable {
    case malformedRequest = "malformed-request"
    case unauthenticated = "unauthenticated"
    case forbidden = "forbidden"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case idempotencyConflict = "idempotency-conflict"
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case invalidSubmission = "invalid-submission"
    case invalidParameter = "invalid-parameter"
    case overloaded = "overloaded"
    case unavailable = "unavailable"
    case internalError = "internal-error"

    var status: HTTPResponse.Status {
      switch self {
      case .malformedRequest, .invalidParameter: .badRequest
      case .unauthenticated: .unauthorized
      case .forbidden: .forbidden
      case .notFound: .notFound
      case .methodNotAllowed: .methodNotAllowed
      case .idempotencyConflict: .conflict
      case .tooLarge: .contentTooLarge
      case .unsupportedMediaType: .unsupportedMediaType
      case .invalidSubmission: .unprocessableContent
      case .overloaded, .unavailable: .serviceUnavailable
      case .internalError: .internalServerError
      }
    }

    var title: String {
      switch self {
      case .malformedRequest: "The request is malformed"
      case .unauthenticated: "A valid API key is needed"
      case .forbidden: "The API key's role may not do this"
      case .notFound: "There is no such resource"
      case .methodNotAllowed: "The resource does not take this method"
      case .idempotencyConflict: "The idempotency key was used for another request"
      case .tooLarge: "The body is too large"
      case .unsupportedMediaType: "The body must be JSON"
      case .invalidSubmission: "The submission has faults"
      case .invalidParameter: "A parameter has a fault"
      case .overloaded: "The service is at its limit"
      case .unavailable: "The decision could not be recorded"
      case .internalError: "The service failed"
      }
    }
  }

  let kind: Kind
  let detail: String
  var remedy: String?
  var faults: Faults?
  var headers = HTTPFields()

  init(_ kind: Kind, _ detail: String, remedy: String? = nil, faults: Faults? = nil) {
    self.kind = kind
    self.detail = detail
    self.remedy = remedy
    self.faults = faults
    switch kind {
    case .overloaded, .unavailable: headers[.retryAfter] = "1"
    case .unauthenticated: headers[.wwwAuthenticate] = "Bearer realm=\"clearance\""
    default: break
    }
  }

  var status: HTTPResponse.Status { kind.status }

  var json: JSON {
    .members([
      "type": .string("/problems/\(kind.rawValue)"), "title": .string(kind.title), "status": .int(status.code),
      "detail": .string(detail), "remedy": remedy.map { .string($0) },
      "errors": faults.map { .array($0.list.map(\.json)) },
      "error_count": faults.flatMap { $0.count > $0.list.count ? .int($0.count) : nil },
    ])
  }

  func response(from request: Request, context: some RequestContext) -> Response { response }

  var response: Response {
    var response = Response.json(json, status: status)
    response.headers[.contentType] = "application/problem+json"
    for field in headers { response.headers[field.name] = field.value }
    return response
  }
}

extension Response {
  /// A JSON response.
  static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
    bytes(json.bytes, type: "application/json", status: status)
  }

  /// A JSON response from text.
  static func json(text: String, status: HTTPResponse.Status = .ok) -> Response {
    bytes(Array(text.utf8), type: "application/json", status: status)
  }

  static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
