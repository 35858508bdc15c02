import Compliance
import Crypto
import Foundation
import Logging
import ServiceLifecycle
import Store
import Synchronization

/// Who is calling.
public struct Caller: Sendable {
  /// The id of the API key; all zeros without one.
  public let id: UUID
  /// What the caller may do.
  public let role: Role

  /// The caller on loopback while no key exists.
  public static let anonymous = Caller(
    id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), role: .admin)
}

/// API keys: making them, and telling whose a secret is.
///
/// Keys are held in memory and read again when PostgreSQL tells of a change, and every half minute in case a
/// message was lost; so a revoked key stops working within moments, and an outage of the database does not lock
/// anybody out.
public final class KeyRing: Service {
  /// A new key, of which the secret is shown once.
  public struct Issued: Sendable {
    /// The key's id.
    public let id: UUID
    /// What the caller sends as bearer token: `clr_` id `_` secret.
    public let token: String
  }

  private struct State {
    var keys: [UUID: APIKey] = [:]
    var uses: [UUID: Instant] = [:]
    var isOpen = false
    var hasHadKeys = false
  }

  private let store: KeyStore
  private let changes: @Sendable () -> AsyncStream<Void>
  private let logger: Logger
  private let state = Mutex(State())

  /// A ring over the keys of a store.
  ///
  /// - Parameter changes: a stream with an element whenever the keys may have changed.
  public init(_ store: KeyStore, changes: @escaping @Sendable () -> AsyncStream<Void>, logger: Logger) {
    self.store = store
    self.changes = changes
    self.logger = logger
  }

  /// Whether any key is valid.
  public var isEmpty: Bool { state.withLock { $0.keys.isEmpty } }

  /// Whether everybody may call: ``open()`` was called, and there never was a key. When the last key is revoked the
  /// service stays closed, after a restart too, lest revoking a stolen key should give its thief everything.
  public var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Lets everybody call until a key appears, unless there has been one. For a service on loopback only, after
  /// ``reload()``.
  public func open() { state.withLock { $0.isOpen = !$0.hasHadKeys } }

  /// Reads the keys.
  public func reload() async throws {
    let all = try await store.keys()
    let valid = all.filter { $0.revokedAt == nil }
    state.withLock { state in
      state.keys = Dictionary(valid.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      if !all.isEmpty { (state.hasHadKeys, state.isOpen) = (true, false) }
    }
  }

  /// The caller whose token this is. Takes the same time for every wrong secret.
  public func caller(token: String) -> Caller? {
    guard let (id, secret) = KeyRing.parse(token) else { return nil }
    let hash = SHA256.hash(data: secret)
    return state.withLock { state in
      guard let key = state.keys[id] else { return nil }
      // Both sides are digests of 32 bytes; every byte is compared whatever the others are.
      var difference: UInt8 = key.secretHash.count == 32 ? 0 : 1
      for (ours, theirs) in zip(key.secretHash, hash) { difference |= ours ^ theirs }
      guard difference == 0 else { return nil }
      state.uses[id] = Instant.now
      return Caller(id: id, role: key.role)
    }
  }

  /// Makes a key. Its secret is in the result and nowhere else.
  public static func issue(name: String, role: Role, into store: KeyStore) async throws -> Issued {
    let id = UUID.version7(at: .now)
    let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    try await store.add(id: id, name: name, role: role, secretHash: Array(SHA256.hash(data: secret)))
    return Issued(id: id, token: "clr_" + id.text + "_" + secret.hexadecimal)
  }

  private static func parse(_ token: String) -> (UUID, [UInt8])? {
    let parts = token.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "clr", let id = UUID(uuidString: String(parts[1])) else { return nil }
    let digits = Array(parts[2].utf8)
    guard digits.count == 64 else { return nil }
    var secret: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else { return nil }
      secret.append(byte)
    }
    return (id, secret)
  }

  /// Follows changes and notes uses until a graceful shutdown.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in self.changes() { await self.tryReload() }
        }
        group.addTask {
          while (try? await Task.sleep(for: .seconds(30))) != nil { await self.tryReload() }
        }
        group.addTask {
          while (try? await Task.sleep(for: .seconds(5))) != nil { await self.noteUses() }
        }
      }
    }
    await noteUses()
  }

  private func tryReload() async {
    do {
      try await reload()
    } catch {
      logger.warning("API keys could not be read again", metadata: ["error": "\(error)"])
    }
  }

  private func noteUses() async {
    let uses = state.withLock { state in
      defer { state.uses = [:] }
      return state.uses
    }
    if uses.isEmpty { return }
    do {
      try await store.touch(uses)
    } catch {
      logger.warning("the last use of API keys could not be noted", metadata: ["error": "\(error)"])
    }
  }
}
