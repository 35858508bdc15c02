/// The transparency log, as pure values: what a record commits to, the Merkle tree over all records, the signed
/// statements about it, and the proofs that anyone can check without trusting the operator.
///
/// Three parts, to be read in this order:
/// - Leaves: a ``Leaf`` is what the log says of one decision, resolution, exemption, list version, activation or
///   erasure, as canonical JSON (RFC 8785). Personal data is in it only as a ``Commitment``.
/// - Tree: ``Hash`` and ``Frontier`` are the Merkle tree of RFC 6962, ``LogTail`` is what a sequencer holds of it
///   between two batches, ``TiledTree`` makes an ``InclusionProof`` or a ``ConsistencyProof`` of tiles
///   (c2sp.org/tlog-tiles), and ``TreeReplay`` recomputes a whole log.
/// - Notes: a ``Checkpoint`` (c2sp.org/tlog-checkpoint) is signed as a ``SignedNote`` (c2sp.org/signed-note) with a
///   ``SigningKey``, by the log and by witnesses (c2sp.org/tlog-cosignature); a ``TLogProof``
///   (c2sp.org/tlog-proof) is a file that proves one entry offline.
///
/// This target reads and writes nothing: bytes come in and go out as values. It knows neither SQL nor HTTP.
public enum LedgerTarget {}
