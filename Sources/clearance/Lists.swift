import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Screening
import Store

struct Lists: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Imports, shows, compares and searches restricted-party lists.",
    subcommands: [ShowLists.self, ImportList.self, DiffLists.self, SearchLists.self], defaultSubcommand: ShowLists.self)

  struct ShowLists: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows the lists in use, or all imports of one.")

    @Argument(help: "A list's id, to see all its imports.")
    var id: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let versions: [ListStore.Version]
        if let id {
          versions = try await store.lists.imports(of: id)
        } else {
          versions = try await store.lists.activeVersions()
        }
        if versions.isEmpty {
          print(
            id.map { "\($0) was never imported" } ?? "no list was imported yet: see `clearance lists import --help`")
        }
        for version in versions {
          print(
            "\(version.list)  \(version.hash.prefix(12))  published \(version.publishedOn)  "
              + "\(count(version.entryCount, "entry", "entries"))  \(count(version.nameCount, "name"))  "
              + "imported \(version.importedAt) by \(version.importedBy) from \(version.source)")
        }
      }
    }
  }

  struct ImportList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Reads a list from its publisher's files and puts it into use.",
      discussion: """
        The format is told from the files: OFAC CSV (sdn.csv, alt.csv, add.csv, sdn_comments.csv; likewise cons_*.csv), \
        the BIS denied persons list, the Consolidated Screening List of trade.gov, the UN's XML, and OpenSanctions \
        targets.simple.csv. Give all files of a list at once. Of the Consolidated Screening List, the part is taken that \
        belongs to ID; with the ID `us-csl` every list in it is imported. Rows that cannot be read are reported and left \
        out. Running services use the new version within moments.

        A version that has lost more than a tenth of its entries or names is refused without --force. Exit code 65 when \
        the files cannot be read or are refused; then nothing has changed.
        """)

    @Argument(help: "The list's id: us-ofac-sdn, un-sc, …, or one of your own.")
    var id: String

    @Argument(help: "The publisher's files.")
    var files: [String]

    @Option(
      help: "The format, where it cannot be told: \(ListFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ListFormat?

    @Option(help: "The day of publication, YYYY-MM-DD. Default: what the file says, or else today.")
    var published: String?

    @Flag(help: "Import the list even if it has shrunk by more than a tenth.")
    var force = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await report {
        let start = ContinuousClock.now
        guard id.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,62}/) != nil else {
          throw Failure(.input, "`\(id)` is not a list's id: use lower-case letters, digits and `-`")
        }
        let reading = try ListArguments.reading(files, id: id, format: format)
        let versions = try versions(reading)
        let day = try publicationDay(reading)
        try await Keys.withStore(database) { store in
          for version in versions {
            try await keep(version, publishedOn: day, rows: reading.rows, in: store, since: start)
          }
        }
      }
    }

    private func versions(_ reading: ListReading) throws -> [ListVersion] {
      do {
        return id == "us-csl" ? try reading.versions() : try reading.versions(for: id)
      } catch {
        throw Failure(.input, "\(error)")
      }
    }

    private func publicationDay(_ reading: ListReading) throws -> CalendarDate {
      guard let published else { return reading.publishedOn ?? Instant.now.date }
      guard let day = CalendarDate(published) else {
        throw Failure(.input, "--published `\(published)` is not a date: write YYYY-MM-DD")
      }
      return day
    }

    private func keep(
      _ version: ListVersion, publishedOn day: CalendarDate, rows: Int, in store: Database,
      since start: ContinuousClock.Instant
    ) async throws {
      let active = try await store.lists.activeVersions().first { $0.list == version.listID }
      if let active, !force {
        let (entries, names) = (version.entries.count, version.nameCount)
        guard !ListVersion.shrinksByMoreThanATenth(from: active.entryCount, to: entries),
          !ListVersion.shrinksByMoreThanATenth(from: active.nameCount, to: names)
        else {
          throw Failure(
            .input,
            "\(version.listID) would shrink from \(active.entryCount) to \(entries) entries and from \(active.nameCount) "
              + "to \(names) names: a file may be missing or cut off. The version in use stays. If this is what was "
              + "published, import it with --force")
        }
      }
      let isNew = try await store.lists.use(
        .init(
          list: version.listID, hash: version.hash, nameCount: version.nameCount, publishedOn: day,
          importedBy: NSUserName(),
          source: files.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")),
        entries: version.entries.map { ($0.id, String(decoding: $0.json.bytes, as: UTF8.self)) },
        leaf: { try RecordLeaves.listVersion($0, salt: $1) })
      let seconds = start.duration(to: .now) / .seconds(1)
      print(
        "\(version.listID)  \(version.hash.prefix(12))  published \(day)  "
          + "\(count(version.entries.count, "entry", "entries"))  \(count(version.nameCount, "name"))  "
          + "\(isNew ? "new" : "known already")  \(String(format: "%.1f", seconds)) s")
    }
  }

  struct DiffLists: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff",
      abstract: "Shows what changed from one version of a list to another.",
      discussion: """
        A version is named by the first digits of its hash, by a list's id for the version in use, or by ID~1 for the \
        one that was in use before it, ID~2 for the one before that. Exit code 0 when both hold the same, 1 otherwise.
        """)

    @Argument(help: "The earlier version.")
    var from: String

    @Argument(help: "The later version.")
    var to: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await Keys.withStore(database) { store in
        let old = try await Lists.version(from, in: store)
        let new = try await Lists.version(to, in: store)
        let diff = ListDiff(from: old, to: new)
        print(json ? diff.json.serialized : "\(diff)")
        if !diff.isEmpty { throw ExitCode(1) }
      }
    }
  }

  struct SearchLists: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "search",
      abstract: "Shows which entries a name hits, and why.",
      discussion: "Searches the lists in use, or those given with --list without a database. Exit code 1 without a hit."
    )

    @Argument(help: "A name.")
    var name: String

    @Option(help: "What it is a name of: Person, Company, Organization, LegalEntity, Vessel. Default: anything.")
    var schema: String?

    @Option(help: "A birth date, YYYY-MM-DD.")
    var birthDate: String?

    @Option(help: "A country that belongs to the name's bearer.")
    var country: String?

    @Option(help: "The lowest score, 0.7 to 1.")
    var threshold = Scoring.defaultThreshold

    @Option(name: .customLong("list"), help: "Search a list from files, as ID=FILE; repeatable.")
    var lists: [String] = []

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let subject = try subject()
      if !lists.isEmpty {
        return try await report { try search(subject, Screener(try ListArguments.read(lists)).lists) }
      }
      try await Keys.withStore(database) { store in
        let screener = Screener()
        let keeper = ListKeeper(
          lists: store.lists, exemptions: store.exemptions, screener: screener,
          changes: { AsyncStream { $0.finish() } },
          logger: quietLogger())
        try await keeper.reload()
        try search(subject, screener.lists)
      }
    }

    private func subject() throws -> Subject {
      var kind = ListEntry.Kind.unknown
      if let schema {
        switch NameSchema(schema) {
        case .person: kind = .person
        case .organization: kind = .organization
        case .vessel: kind = .vessel
        case nil: throw ValidationError("there is no schema `\(schema)`")
        }
      }
      var subject = Subject(kind: kind, names: [name])
      if let birthDate {
        guard let day = CalendarDate(birthDate) else { throw ValidationError("`\(birthDate)` is not a date") }
        subject.birthDate = day
      }
      if let country {
        guard let place = Country(country) else { throw ValidationError("there is no country `\(country)`") }
        subject.countries = [place]
      }
      return subject
    }

    private func search(_ subject: Subject, _ lists: [Screener.List]) throws {
      guard !lists.isEmpty else {
        throw Failure(.failed, "no list was imported yet: see `clearance lists import --help`")
      }
      let hits = ScreeningIndex(lists: lists.map { ($0.id, $0.entries) }).hits(for: subject, atLeast: threshold)
      for hit in hits { print(hit) }
      if hits.isEmpty {
        print("no hit in \(count(lists.count, "list"))")
        throw ExitCode(1)
      }
    }
  }

  /// The version that a text names: a list's id, `ID~N`, or the beginning of a hash.
  private static func version(_ text: String, in store: Database) async throws -> ListVersion {
    let parts = text.split(separator: "~", maxSplits: 1).map(String.init)
    let imports = try await store.lists.imports(of: parts.first ?? text)
    var found: ListStore.Version?
    if !imports.isEmpty {
      // The same version imported twice in a row is one.
      var distinct: [ListStore.Version] = []
      for version in imports where distinct.last?.hash != version.hash { distinct.append(version) }
      let back = parts.count == 2 ? Int(parts[1]) : 0
      guard let back, distinct.indices.contains(back) else {
        throw Failure(.input, "\(parts[0]) has \(count(distinct.count, "version")): there is no `\(text)`")
      }
      found = distinct[back]
    } else {
      let versions = try await store.lists.versions(hashPrefix: text)
      guard versions.count < 2 else { throw Failure(.input, "`\(text)` begins several hashes: write more digits") }
      found = versions.first
    }
    guard let found else { throw Failure(.input, "`\(text)` is neither a list nor the beginning of a version's hash") }
    return ListVersion(
      listID: found.list, publishedOn: found.publishedOn,
      entries: try await ListKeeper.entries(of: found, in: store.lists))
  }
}

extension ListFormat: ExpressibleByArgument {}
