import ArgumentParser

struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exports what was recorded.", subcommands: [AuditExport.self])
}
