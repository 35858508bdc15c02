import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore

/// `/log/…`: the transparency log as c2sp.org/tlog-tiles lays it out, and the proof of one decision.
///
/// The log is open to all, without a key: it has neither the id of an account nor anything else about a person, and a
/// log that only its operator's friends can read holds nobody to account.
struct LogRoutes: Sendable {
  let reader: LogReader

  func add(to router: Router<APIContext>) {
    router.get("log/checkpoint", use: checkpoint)
    router.get("log/cosigned", use: cosigned)
    router.get("log/tile/**", use: tile)
  }

  @Sendable private func checkpoint(_ request: Request, _ context: APIContext) async throws -> Response {
    guard let note = try await reader.checkpoint() else { throw LogRoutes.missing }
    return LogRoutes.answer(Array(note.utf8))
  }

  @Sendable private func cosigned(_ request: Request, _ context: APIContext) async throws -> Response {
    guard let note = try await reader.cosigned() else {
      throw Problem(
        .notFound, "no witness has signed a checkpoint yet",
        remedy: "Witnesses run `clearance log witness`; what they print is added with `clearance log cosign`.")
    }
    return LogRoutes.answer(note.bytes)
  }

  private static func answer(_ note: [UInt8]) -> Response {
    var response = Response.bytes(note, type: "text/plain; charset=utf-8")
    response.headers[.cacheControl] = "no-cache"
    return response
  }

  @Sendable private func tile(_ request: Request, _ context: APIContext) async throws -> Response {
    let path = "tile/" + context.parameters.getCatchAll().joined(separator: "/")
    let bytes: [UInt8]?
    if let id = try? EntryBundleID(path: path) {
      bytes = try await reader.bundle(id)
    } else if let id = try? TileID(path: path) {
      bytes = try await reader.tile(id)
    } else {
      bytes = nil
    }
    guard let bytes else { throw LogRoutes.missing }
    var response = Response.bytes(bytes, type: "application/octet-stream")
    // What has a place in the log never changes, nor does the beginning of a tile.
    response.headers[.cacheControl] = "public, max-age=31536000, immutable"
    return response
  }

  private static let missing = Problem(
    .notFound, "the log has no such tile, or not yet",
    remedy: "Take the size from /log/checkpoint; paths are those of c2sp.org/tlog-tiles.")

  /// The proof of a decision that the caller may see.
  func proof(of id: UUID) async throws -> Response {
    switch try await reader.proof(of: id) {
    case .proof(let proof):
      return .bytes(proof.bytes, type: "text/plain; charset=utf-8")
    case .pending:
      throw Problem(.notLoggedYet, "the decision has no place in the log yet", remedy: "Ask again in a second.")
    case .unknown: throw DecisionRoutes.notFound
    }
  }
}
