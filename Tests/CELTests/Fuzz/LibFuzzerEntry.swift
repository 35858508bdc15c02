import Foundation
import Synchronization

/// The entry of libFuzzer, which `Tests/CELTests/Fuzz/run` builds: the first byte chooses how the rest is read,
/// as text or as the numbers of tokens.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let first = bytes.first else { return 0 }
  let rest = bytes.dropFirst()
  let source =
    first % 3 == 0
    ? String(decoding: rest, as: UTF8.self)
    : rest.map { FuzzInput.tokens[Int($0) % FuzzInput.tokens.count] }.joined(
      separator: first % 3 == 1 ? " " : "")
  if let problem = subject.withLock({ $0.run(source) }) {
    // An optimised program ends without a word.
    FileHandle.standardError.write(Data("\(problem)\n\(source)\n".utf8))
    preconditionFailure()
  }
  return 0
}

/// Made once: making its facts takes longer than an execution.
private let subject = Mutex(FuzzSubject(seed: 1))
