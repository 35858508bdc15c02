import ClearanceService
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
    case notLoggedYet = "not-logged-yet"
    case erased = "erased"
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case invalidSubmission = "invalid-submission"
    case invalidUsage = "invalid-usage"
    case invalidResolution = "invalid-resolution"
    case resolutionConflict = "resolution-conflict"
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
      case .idempotencyConflict, .resolutionConflict, .notLoggedYet: .conflict
      case .erased: .gone
      case .tooLarge: .contentTooLarge
      case .unsupportedMediaType: .unsupportedMediaType
      case .invalidSubmission, .invalidUsage, .invalidResolution: .unprocessableContent
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
      case .notLoggedYet: "The decision has no place in the log yet"
      case .erased: "The account was erased"
      case .tooLarge: "The body is too large"
      case .unsupportedMediaType: "The body must be JSON"
      case .invalidSubmission: "The submission has faults"
      case .invalidUsage: "Rows of usage have faults"
      case .invalidResolution: "The resolution has faults"
      case .resolutionConflict: "The review cannot be resolved so"
      case .invalidParameter: "A parameter has a fault"
      case .overloaded: "The service is at its limit"
      case .unavailable: "The database is not available"
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
    case .overloaded, .unavailable, .notLoggedYet: headers[.retryAfter] = "1"
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

  /// Why a decision was not answered.
  init(_ error: DecisionError) {
    self =
      switch error {
      case .idempotencyConflict:
        Problem(
          .idempotencyConflict, "this Idempotency-Key answered a request with another body or as_of",
          remedy: "Use a new key for a new request; send the same bytes to repeat one.")
      case .erased:
        Problem(
          .erased, "the account of the decision that answered this Idempotency-Key was erased",
          remedy: "To have it decided anew, use a new key.")
      case .recording(.overloaded):
        Problem(.overloaded, "too many decisions wait to be recorded", remedy: "Send the request again.")
      case .recording(.unavailable):
        Problem(
          .unavailable, "the database did not confirm the record, so there is no answer",
          remedy: "Send the request again, under the same Idempotency-Key so that it is decided once.")
      }
  }

  func response(from request: Request, context: some RequestContext) -> Response { response }

  var response: Response {
    Response(status: status, headers: responseHeaders, body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
  }

  var responseHeaders: HTTPFields {
    var all = Response.headers("application/problem+json")
    for field in headers { all[field.name] = field.value }
    return all
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
    Response(status: status, headers: headers(type), body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// What every answer says of its body.
  static func headers(_ type: String) -> HTTPFields { [.contentType: type, .cacheControl: "no-store"] }
}
