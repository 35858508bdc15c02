/// A name taken apart: its words folded, classified and weighed. Comparing never looks at the text again.
public struct NameAnalysis: Sendable {
  /// The name as it was given.
  public let text: String
  /// What it is the name of.
  public let schema: NameSchema
  let tokens: [NameToken]

  /// Takes a name apart.
  /// - Parameters:
  ///   - text: The name, in any script. Beyond ``NameLimits`` it is cut.
  ///   - schema: What it is the name of.
  ///   - frequencies: How common words are.
  public init(_ text: String, schema: NameSchema, frequencies: TokenFrequencies = .standard) {
    self.text = text
    self.schema = schema
    tokens = NameReader(schema: schema, frequencies: frequencies).tokens(of: text)
  }
}
