/// All names of one schema, by their words.
///
/// A name that reaches the lowest threshold against another shares enough with it to be found: each side is covered
/// to a share of its weight by words that are alike (``Scoring/coverage(_:)``), in a person's name at least two of them;
/// or an organisation's has all words of ours and one more; or else words are written as one, or one name is the other's
/// acronym.
/// So a search looks up the words that are like ours (``TokenKeys``), walks the names that have them, leaving out our
/// most frequent words as long as no name could be covered by those alone, and compares what is left.
struct NameIndex: Sendable {
  let schema: NameSchema
  /// Distinct words.
  var vocabulary: [NameToken] = []
  /// The words of each name, in order.
  var words: Postings
  /// Entry and number of the name in it, by name.
  var owners: [Owner]
  /// The weight of the words that a name is known by, as ``NameAligner/core(_:)`` has it.
  var coreWeights: [Float]
  /// How many of them there are, initials included.
  var coreCounts: [UInt8]
  /// Names without initials that have a word.
  var plain: Postings
  /// Names with initials that have a word.
  var initialed: Postings
  /// Words by ``TokenKeys``.
  var keys: BucketTable
  /// Names by ``RunKeys``.
  var runs: BucketTable

  /// A name of more words is not looked for in another order and without blanks at once.
  static let longestRotated = 12

  /// Whose name it is.
  struct Owner: Sendable {
    var entry: UInt32
    var name: UInt32
  }

  /// The words of a name.
  func tokens(of name: UInt32) -> [NameToken] { words.range(name).map { vocabulary[Int(words[$0])] } }

  /// The bytes that all tables take.
  var bytes: Int {
    vocabulary.count * MemoryLayout<NameToken>.stride + words.bytes + owners.count * 13 + plain.bytes + initialed.bytes
      + keys.bytes + runs.bytes
  }
}

/// Collects the names of one schema and makes the index of them.
struct NameIndexBuilder {
  let schema: NameSchema
  private let reader: NameReader
  private var vocabulary: [NameToken] = []
  private var known: [UInt64: UInt32] = [:]
  private var flat: [UInt32] = []
  private var starts: [UInt32] = [0]
  private var owners: [NameIndex.Owner] = []

  init(schema: NameSchema, frequencies: TokenFrequencies) {
    self.schema = schema
    reader = NameReader(schema: schema, frequencies: frequencies)
  }

  mutating func add(_ text: String, owner: NameIndex.Owner) {
    let tokens = reader.tokens(of: text)
    guard !tokens.isEmpty else { return }
    for token in tokens {
      let key = NameIndexBuilder.identity(token)
      if let id = known[key] {
        flat.append(id)
      } else {
        let id = UInt32(vocabulary.count)
        vocabulary.append(token)
        known[key] = id
        flat.append(id)
      }
    }
    starts.append(UInt32(flat.count))
    owners.append(owner)
  }

  private static func identity(_ token: NameToken) -> UInt64 {
    let rest = UInt64(token.role.rawValue) << 56 | UInt64(token.value) << 32 | UInt64(token.character)
    return TokenKeys.mixed(token.hash, 10 &+ rest &* 2) &+ TokenKeys.mixed(token.written, 14)
  }

  /// In how many names each word occurs that is weighed by how common it is.
  func counts() -> [UInt64: UInt32] {
    var counts: [UInt64: UInt32] = [:]
    for name in owners.indices {
      let ids = flat[Int(starts[name])..<Int(starts[name + 1])]
      for (offset, id) in ids.enumerated() where !ids.prefix(offset).contains(id) && vocabulary[Int(id)].role == .word {
        counts[vocabulary[Int(id)].hash, default: 0] += 1
      }
    }
    return counts
  }

  var names: Int { owners.count }

  /// The index, with words weighed by the frequencies.
  consuming func finish(_ frequencies: TokenFrequencies) -> NameIndex {
    known = [:]
    for id in vocabulary.indices where vocabulary[id].role == .word {
      vocabulary[id].weight = NameReader.weight(vocabulary[id], frequencies, schema)
    }
    let vocabulary = vocabulary
    let flat = flat
    let starts = starts
    let count = owners.count
    var coreWeights = [Float](repeating: 0, count: count)
    var coreCounts = [UInt8](repeating: 0, count: count)
    var hasInitial = [Bool](repeating: false, count: count)
    for name in 0..<count {
      for position in Int(starts[name])..<Int(starts[name + 1]) {
        let token = vocabulary[Int(flat[position])]
        if token.role.isCore {
          coreWeights[name] += token.weight
          coreCounts[name] += 1
        } else if token.role == .initial {
          coreCounts[name] += 1
          hasInitial[name] = true
        }
      }
    }
    func emit(initialed: Bool, _ body: (UInt32, UInt32) -> Void) {
      for name in 0..<count where hasInitial[name] == initialed {
        for position in Int(starts[name])..<Int(starts[name + 1]) {
          let id = flat[position]
          if vocabulary[Int(id)].role.isCore { body(id, UInt32(name)) }
        }
      }
    }
    return NameIndex(
      schema: schema, vocabulary: vocabulary,
      words: Postings(keys: count) { body in
        for name in 0..<count {
          for position in Int(starts[name])..<Int(starts[name + 1]) { body(UInt32(name), flat[position]) }
        }
      },
      owners: owners, coreWeights: coreWeights, coreCounts: coreCounts,
      plain: Postings(keys: vocabulary.count) { emit(initialed: false, $0) },
      initialed: Postings(keys: vocabulary.count) { emit(initialed: true, $0) },
      keys: BucketTable(pairs: vocabulary.count * 8) { body in
        for id in vocabulary.indices where vocabulary[id].role.isCore {
          TokenKeys.forEach(vocabulary[id]) { body($0, UInt32(id)) }
          body(TokenKeys.written(vocabulary[id].written), UInt32(id))
        }
      },
      runs: BucketTable(pairs: count * 4) { body in
        var tokens: [NameToken] = []
        for name in 0..<count {
          tokens.removeAll(keepingCapacity: true)
          for position in Int(starts[name])..<Int(starts[name + 1]) { tokens.append(vocabulary[Int(flat[position])]) }
          RunKeys.forEachRun(tokens) { body($0, UInt32(name)) }
          RunKeys.forEachWhole(tokens) { body($0, UInt32(name)) }
          if tokens.count > 1, tokens.count <= NameIndex.longestRotated {
            RunKeys.forEachRotation(tokens) { body($0, UInt32(name)) }
          } else if tokens.count == 1 {
            body(RunKeys.unrotated(tokens[0].written), UInt32(name))
          }
          guard schema != .person else { continue }
          if let acronym = NameAligner.acronym(tokens) { body(RunKeys.acronym(acronym.hash), UInt32(name)) }
          if let only = NameAligner.single(tokens) { body(RunKeys.only(tokens[only].hash), UInt32(name)) }
        }
      })
  }
}
