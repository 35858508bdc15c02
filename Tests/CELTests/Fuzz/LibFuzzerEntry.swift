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
  var subject = FuzzSubject(seed: UInt64(first))
  if let problem = subject.run(source) { preconditionFailure("\(problem): \(source)") }
  return 0
}
