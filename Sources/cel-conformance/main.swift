import CEL
import Foundation

// Runs conformance cases of the Common Expression Language, given as JSON.
//
//     cel-conformance [--verbose] PATH…
//
// A path is a file or a folder of files `*.json`. The last line of the output is `N passed, N failed, N skipped`;
// the exit status is 0 only if none failed, and 2 if a file cannot be read.

var paths: [String] = []
var isVerbose = false
for argument in CommandLine.arguments.dropFirst() {
  switch argument {
  case "--verbose", "-v": isVerbose = true
  case "--help", "-h":
    print("usage: cel-conformance [--verbose] PATH…")
    exit(0)
  default: paths.append(argument)
  }
}
guard !paths.isEmpty else {
  FileHandle.standardError.write(Data("usage: cel-conformance [--verbose] PATH…\n".utf8))
  exit(2)
}

var tally = Tally()
do {
  for file in try ConformanceFile.files(at: paths) {
    for test in file.tests { tally.add(test, test.run(), isVerbose: isVerbose) }
  }
} catch {
  FileHandle.standardError.write(Data("cel-conformance: \(error)\n".utf8))
  exit(2)
}
print("\(tally.passed) passed, \(tally.failed) failed, \(tally.skipped) skipped")
exit(tally.failed == 0 ? 0 : 1)
