import ArgumentParser
import ClearanceService
import Foundation
import Ledger

extension Log {
  struct Witness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cosigns a log's checkpoint if it continues what was cosigned before.",
      discussion: """
        Run it now and then, somewhere that the operator of the log has no say. It fetches the checkpoint of a service, \
        checks the log's signature and, by the service's tiles, that the log only grew since the last time, signs the \
        checkpoint (c2sp.org/tlog-cosignature), keeps it in the folder and prints it. Needs curl.

        The folder holds the witness's key, made at the first run, and what it cosigned last of each log. Exit codes: 0 \
        cosigned; 1 the log is not what it was; 69 it cannot be reached.
        """)

    @Argument(help: "Where the service is: https://clearance.example.")
    var url: String

    @Option(help: "The log's key, as its operator's `clearance log key` printed it.")
    var key: String

    @Option(help: "The folder that the witness keeps.")
    var state: String

    @Option(help: "The witness's name, by convention a URL without its scheme; for the first run.")
    var name: String?

    @Flag(help: "Print the witness's own verifier key, and do nothing else.")
    var showKey = false

    func run() async throws {
      try await report {
        let signer = try signingKey()
        if showKey {
          print(signer.verifierKey)
          return
        }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
          throw Failure(.input, "`\(url)` is not a URL: it begins with https:// or http://")
        }
        let base = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/log/"
        do {
          try await cosign(base, signer)
        } catch let refusal as LogWitness.Refusal {
          throw Failure(.failed, refusal.description)
        } catch let fault as MalformedInput {
          throw Failure(.failed, fault.description)
        }
      }
    }

    private func cosign(_ base: String, _ signer: SigningKey) async throws {
      let logKey: VerifierKey
      do { logKey = try VerifierKey(key) } catch { throw Failure(.input, "--key: \(error)") }
      let path = "\(state)/\(Hash.of(Array(key.utf8)).hexadecimal.prefix(16)).checkpoint"
      let last = try FileManager.default.contents(atPath: path).map { try SignedNote(parsing: $0) }
      let note = try SignedNote(parsing: try Self.fetch(base + "checkpoint", limit: SignedNote.maximumBytes))
      let signed = try await LogWitness(logKey: logKey, key: signer).cosign(note, after: last) { tiles in
        try tiles.map { tile in
          if let bytes = try? Self.fetch(base + tile.path, limit: 8_192) { return bytes }
          // A partial tile may have been replaced by the full one.
          guard let full = TileID(level: tile.level, index: tile.index) else { return [] }
          return try Self.fetch(base + full.path, limit: 8_192)
        }
      }
      // Kept before it is shown: a witness that forgot what it signed could sign the opposite.
      try Self.write(signed.description, to: path)
      print(signed.description, terminator: "")
    }

    private func signingKey() throws -> SigningKey {
      let path = state + "/witness.key"
      if let data = FileManager.default.contents(atPath: path) {
        do {
          let key = try SigningKey(String(decoding: data, as: UTF8.self))
          guard key.verifierKey.algorithm == .cosignatureV1 else {
            throw Failure(.configuration, "\(path) is not the key of a witness")
          }
          return key
        } catch let fault as MalformedInput {
          throw Failure(.configuration, "\(path): \(fault)")
        }
      }
      let name = name ?? "witness.invalid/" + UUID().uuidString.lowercased().prefix(8)
      do {
        let key = try SigningKey(name: name, algorithm: .cosignatureV1)
        try FileManager.default.createDirectory(
          atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Self.write(key.secretText + "\n", to: path)
        return key
      } catch let fault as MalformedInput {
        throw Failure(.input, "--name: \(fault)")
      }
    }

    /// Writes a file for its owner alone, whole or not at all, and on disk when this returns.
    private static func write(_ text: String, to path: String) throws {
      let new = path + ".new"
      unlink(new)
      let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw Failure(.configuration, "\(new) cannot be written: \(String(cString: strerror(errno)))")
      }
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
      guard rename(new, path) == 0 else {
        throw Failure(.configuration, "\(path) cannot be written: \(String(cString: strerror(errno)))")
      }
    }

    private static func fetch(_ url: String, limit: Int) throws -> [UInt8] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "curl", "--fail", "--silent", "--show-error", "--max-time", "30", "--max-filesize", String(limit), "--", url,
      ]
      let pipe = Pipe()
      process.standardOutput = pipe
      do {
        try process.spawn()
      } catch {
        throw Failure(.unavailable, "curl cannot be run: \(error)")
      }
      let data = (try pipe.fileHandleForReading.readToEnd()) ?? Data()
      process.waitUntilExit()
      guard process.terminationStatus == 0, data.count <= limit else {
        throw Failure(.unavailable, "\(url) cannot be fetched")
      }
      return Array(data)
    }
  }
}
