import Mustache

extension RuleBook {
  /// The whole pack as a document.
  ///
  /// - Throws: a template's fault; the templates come with the program, so that it is one of the program.
  public func document(_ markup: Markup) throws -> String {
    MustacheContentTypes.register(MarkdownText(), named: "MARKDOWN")
    let text =
      switch markup {
      case .html: PackageResources.book_html_mustache
      case .md: PackageResources.book_md_mustache
      }
    return try MustacheTemplate(string: String(decoding: text, as: UTF8.self)).render(BookPage(self))
  }
}
