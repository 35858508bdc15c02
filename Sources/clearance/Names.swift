import ArgumentParser
import Foundation
import Screening

struct Names: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares names as screening does.", subcommands: [CompareNames.self])

  struct CompareNames: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compare",
      abstract: "Shows how alike two names are, and why.",
      discussion: """
        Prints the score from 0 to 1 and how it came about, word by word. Exit code 0 when they match at the threshold, \
        1 when they do not. With --csv it reads rows with the columns schema, name1 and name2 and writes the same rows \
        with score and match behind them.
        """)

    @Argument(help: "The two names: the one that is asked about, then the one on a list.")
    var names: [String] = []

    @Option(help: "What they are names of: Person, Company, Organization, LegalEntity, Vessel.")
    var schema = "Person"

    @Option(help: "A CSV file to compare row by row, or - for standard input.")
    var csv: String?

    @Option(help: "The score from which two names match, 0 to 1.")
    var threshold = Scoring.defaultThreshold

    func run() async throws {
      try await report {
        if let csv {
          guard names.isEmpty else { throw Failure(.input, "give two names or --csv FILE, not both") }
          try NamePairs(path: csv, threshold: threshold).write()
          return
        }
        guard names.count == 2 else { throw Failure(.input, "give two names, or --csv FILE") }
        guard let schema = NameSchema(schema) else {
          throw Failure(
            .input, "there is no schema `\(schema)`: use Person, Company, Organization, LegalEntity or Vessel")
        }
        let comparison = compare(names[0], names[1], schema: schema)
        let isMatch = comparison.score >= threshold
        print(comparison)
        print(isMatch ? "match" : "no match")
        if !isMatch { throw ExitCode(1) }
      }
    }
  }
}

/// Rows of names to compare.
private struct NamePairs {
  let path: String
  let threshold: Double

  func write() throws {
    let rows: [[String]]
    do throws(ListFault) {
      rows = try DelimitedText.rows(ListFile(path: path == "-" ? "/dev/stdin" : path))
    } catch {
      throw Failure(.input, "\(error)")
    }
    guard let header = rows.first else { throw Failure(.input, "\(path) is empty") }
    func column(_ name: String) throws -> Int {
      guard let index = header.firstIndex(where: { $0.lowercased() == name }) else {
        throw Failure(
          .input, "\(path):1: there is no column `\(name)`; the columns are \(header.joined(separator: ", "))")
      }
      return index
    }
    let (schema, first, second) = (try column("schema"), try column("name1"), try column("name2"))
    print(DelimitedText.line(header + ["score", "match"]))
    for (number, row) in rows.enumerated().dropFirst() {
      guard row.count == header.count else {
        throw Failure(.input, "\(path): record \(number + 1) has \(row.count) columns, not \(header.count)")
      }
      guard let kind = NameSchema(row[schema]) else {
        throw Failure(.input, "\(path): record \(number + 1): there is no schema `\(row[schema].prefix(40))`")
      }
      let score = compare(row[first], row[second], schema: kind).score
      print(
        DelimitedText.line(row + [String(format: "%.3f", score), score >= threshold ? "true" : "false"]))
    }
  }
}
