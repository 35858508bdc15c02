import Foundation
import Testing

extension ServiceTests {
  /// No container engine is at hand to build the image, so what can be told of its files without one is checked.
  @Suite("Container files")
  struct DockerTests {
    /// An instruction of the Dockerfile, its continued lines joined.
    private struct Instruction {
      let name: String
      let words: [String]
      var text: String { words.joined(separator: " ") }
    }

    private static let ignored = CharacterSet(charactersIn: "\"'").union(.whitespaces)

    private func text(_ path: String) throws -> String {
      try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    private func exists(_ path: String) -> Bool {
      FileManager.default.fileExists(atPath: repository.appendingPathComponent(path).path)
    }

    private func instructions() throws -> [Instruction] {
      let joined = try text("docker/Dockerfile").replacing("\\\n", with: " ")
      return joined.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
        let words = line.split(separator: " ").map(String.init)
        return Instruction(name: words[0], words: Array(words.dropFirst()))
      }
    }

    @Test("every path that the image copies from the checkout is there, and the package needs no other")
    func copies() throws {
      var copied: [String] = []
      for copy in try instructions() where copy.name == "COPY" && copy.words.first?.hasPrefix("--from") != true {
        copied += copy.words.dropLast()
      }
      for path in copied { #expect(exists(path), "COPY \(path)") }
      for path in ["Package.swift", "Sources", "Tests", "Rules", "Migrations"] {
        #expect(copied.contains(path), "the image needs \(path)")
      }
      // Every stage that a file is taken from is one of the file's own.
      let all = try instructions()
      let stages = all.filter { $0.name == "FROM" && $0.words.count == 3 }.map { $0.words[2] }
      for copy in all where copy.name == "COPY" {
        guard let from = copy.words.first, from.hasPrefix("--from=") else { continue }
        #expect(stages.contains(String(from.dropFirst("--from=".count))))
      }
    }

    @Test("the product that is built is one of the package's, and is what the image runs, with its folders")
    func product() throws {
      let all = try instructions()
      let build = try #require(all.first { $0.name == "RUN" && $0.text.contains("swift build") })
      let index = try #require(build.words.firstIndex(of: "--product"))
      let product = build.words[index + 1]
      #expect(try text("Package.swift").contains(".executable(name: \"\(product)\""))
      #expect(build.text.contains("/out/bin/\(product)") || build.text.contains("/\(product)\" /out/bin"))
      let program = try #require(all.first { $0.name == "COPY" && $0.text.contains("--from=") }?.words.last)
      #expect(all.first { $0.name == "ENTRYPOINT" }?.text.contains("\"\(program)\"") == true)
      // The program looks for its folders under share/clearance beside its bin.
      let share = (program as NSString).deletingLastPathComponent.replacing("/bin", with: "/share/clearance")
      for folder in ["Rules", "Migrations"] {
        #expect(all.contains { $0.name == "COPY" && $0.words == [folder, "\(share)/\(folder)"] }, "\(folder)")
      }
    }

    @Test("the image runs as a user that it makes, not as root, and has a health check of a path that is served")
    func user() throws {
      let all = try instructions()
      let runtime = try #require(all.lastIndex { $0.name == "FROM" })
      let users = all[runtime...].filter { $0.name == "USER" }.map(\.text)
      let user = try #require(users.last)
      #expect(!["root", "0", "0:0"].contains(user))
      let isMade = all[runtime...].contains {
        $0.name == "RUN" && $0.text.contains("useradd") && $0.text.hasSuffix(user)
      }
      #expect(isMade)
      let health = try #require(all[runtime...].first { $0.name == "HEALTHCHECK" })
      #expect(health.text.contains("/readyz"))
      #expect(try text("Sources/ClearanceAPI/OperationsRoutes.swift").contains("\"readyz\""))
      let port = try #require(all.first { $0.name == "EXPOSE" }?.text)
      #expect(health.text.contains(":\(port)/"))
      #expect(all.contains { $0.name == "ENV" && $0.text.contains("CLEARANCE_PORT=\(port)") })
    }

    @Test("every path that the compose file names is there, and its database is waited for until it is healthy")
    func compose() throws {
      let compose = try text("docker/compose.yaml")
      func values(_ key: String) -> [String] {
        compose.split(separator: "\n").compactMap { line in
          let pair = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: Self.ignored) }
          return pair.count == 2 && pair[0] == key ? pair[1] : nil
        }
      }
      let context = try #require(values("context").first)
      let root = URL(fileURLWithPath: "/x/docker").appendingPathComponent(context).standardizedFileURL.path
      #expect(root == "/x", "paths of the Dockerfile are relative to the checkout")
      for file in values("dockerfile") { #expect(exists(file), "\(file)") }
      var mounts: [String: String] = [:]
      for line in compose.split(separator: "\n") {
        let item = line.trimmingCharacters(in: .whitespaces)
        guard item.hasPrefix("- .") else { continue }
        let parts = item.dropFirst(2).split(separator: ":").map(String.init)
        #expect(exists("docker/" + parts[0]), "\(item)")
        mounts[parts[1]] = parts[0]
      }
      let rules = try #require(values("CLEARANCE_RULES").first)
      #expect(mounts[rules]?.hasSuffix("/Rules") == true, "the folder of rules is mounted where it is looked for")
      #expect(compose.contains("condition: service_healthy") && compose.contains("pg_isready"))
      #expect(values("image").contains("postgres:15-bookworm"))
      for line in compose.split(separator: "\n") where line.hasPrefix("#") && line.contains("docker compose") {
        #expect(line.contains("-f docker/compose.yaml"), "\(line)")
      }
    }

    @Test("the commands that the files run are the program's")
    func commands() async throws {
      let compose = try text("docker/compose.yaml")
      let dockerfile = try text("docker/Dockerfile")
      #expect(compose.contains("command: [\"migrate\"]") && dockerfile.contains("CMD [\"serve\"]"))
      #expect(compose.contains("keys create --role admin"))
      for command in [["migrate"], ["serve"], ["keys", "create"]] {
        let help = try await Clearance.run(command + ["--help"])
        #expect(help.end == .exit(0))
        #expect(help.output.contains("USAGE: clearance \(command.joined(separator: " "))"))
      }
    }
  }
}
