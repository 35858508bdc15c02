import Foundation

/// How often memory was allocated, counted by the C library in a process of its own.
///
/// Since version 2.34 glibc keeps its tracing of allocations in a library of its own, which must be loaded before the
/// program starts; so the program runs itself again with that library, and counts what it wrote down.
enum AllocationCount {
  case counted(perVerdict: Double)
  case notMeasured(String)

  private static let library = "libc_malloc_debug.so.0"
  private static let variable = "MALLOC_TRACE"

  /// Whether this process is one that is traced.
  static var isTraced: Bool { ProcessInfo.processInfo.environment[variable] != nil }

  /// Runs this program with other arguments and counts the allocations that it traces.
  static func ofSelf(_ arguments: [String], verdicts: Int) -> AllocationCount {
    guard let executable = Bundle.main.executableURL else {
      return .notMeasured("this program cannot tell where it lies")
    }
    let file = NSTemporaryDirectory() + "clearance-allocations-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": library, variable: file]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do {
      try process.spawn()
    } catch {
      return .notMeasured("the program could not be run again: \(error)")
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return .notMeasured("the traced run ended with an error") }
    guard let trace = FileManager.default.contents(atPath: file), !trace.isEmpty else {
      return .notMeasured("the C library here does not trace allocations (\(library) of glibc is needed)")
    }
    // `@ place + address size` is an allocation; `@ place > address size` the second half of a reallocation.
    let count = trace.split(separator: UInt8(ascii: "\n")).count { line in
      let words = line.split(separator: UInt8(ascii: " "))
      return words.contains { $0.elementsEqual("+".utf8) || $0.elementsEqual(">".utf8) }
    }
    return .counted(perVerdict: Double(count) / Double(verdicts))
  }

  /// Has the C library write down all allocations while the body runs.
  static func traced(_ body: () -> Void) {
    guard let start = function("mtrace"), let end = function("muntrace") else { return }
    start()
    body()
    end()
  }

  private typealias Function = @convention(c) () -> Void
  private typealias VersionedLookUp =
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?

  private static func function(_ name: String) -> Function? {
    // The library has its functions under their old versions only (of x86-64 and of arm64), so that they are not
    // found by the name alone.
    guard let address = dlsym(nil, "dlvsym") else { return nil }
    let lookUp = unsafeBitCast(address, to: VersionedLookUp.self)
    for version in ["GLIBC_2.2.5", "GLIBC_2.17"] {
      if let symbol = lookUp(nil, name, version) { return unsafeBitCast(symbol, to: Function.self) }
    }
    return nil
  }
}
