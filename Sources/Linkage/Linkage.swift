import Compliance

/// Finds the accounts that are really one operator's, each of them modest by itself.
///
/// Start with ``Trace`` (what accounts can have in common), ``LinkWeights`` (how much it says that they do) and
/// ``Linker``, which takes one new account after the other, links it to those before it, and keeps clusters right as
/// evidence comes and goes. The linker reads and writes a ``LinkageMemory`` by keys: ``Population`` is the whole of it,
/// ``LinkageSlice`` the part around a batch of accounts that a service fetches from its database. ``Timeline`` plays
/// signups and usage in order of time over a population and says who is to be judged again. ``Explanation`` says in
/// words why an account is in its cluster.
///
/// # Why it is done in this way
///
/// Three signs tell an operator's accounts from honest ones, and none is enough:
/// - **They share means.** Each shared trace is weighed after Fellegi and Sunter (1969), by how many others carry it.
///   That alone finds families, agencies and cafés just as well.
/// - **They were made together.** Honest people who share a card or a network come when they come; a pool of accounts is
///   made in a burst. What two accounts share therefore counts by how soon one came after the other, measured against
///   how often the same trace turns up otherwise. This is what separates an operator from a campus.
/// - **They are used by a schedule** (``Rhythm``), which takes days to show, and then also finds the members that share
///   nothing else.
///
/// Clusters have two levels. A *cell* is at most ``cellSize`` accounts that were linked directly: a new account moves to
/// the cell with the most evidence, as in the local moving phase of Louvain and Leiden (Blondel et al. 2008, Traag,
/// Waltman and van Eck 2019), once and in order of arrival, which is the online form of label propagation (Raghavan,
/// Albert and Kumara 2007). A *cluster* is cells that several independent traces tie together; one accident ties one
/// account, never two cells. So joining two large clusters relabels cells, not accounts, and taking them apart again
/// (Leiden's refinement: parts of a cluster that are not connected by themselves are let go) looks at cells, or at the
/// accounts of one cell. Connected components over all shared traces, which is the simpler way, make one blob of nine
/// accounts in ten; modularity over the whole graph needs all of it at once and has no bound for one account.
///
/// Work for a new account is bounded by ``carriers`` for each of its traces; work for a review by ``cellSize``.
/// This target knows neither HTTP nor SQL, nor what follows from a cluster: that is for the rules to say.
public enum Linkage {
  /// How many of a trace's carriers are looked at, the newest.
  public static let carriers = 64
  /// A trace that more accounts carry than this says nothing; its carriers are not read.
  public static let popular = 4096
  /// Traces of an account at most; others are left out.
  public static let traces = 32
  /// Accounts of a cell at most.
  public static let cellSize = 512
  /// Organisations that a cell counts, the first to be declared in it.
  public static let organizations = 8
  /// Cells of a cluster up to which it is taken apart when a tie is lost.
  public static let cells = 4096
  /// Accounts with schedules that an account's own schedule is compared with.
  public static let neighbours = 128
  /// How old a cell is when its evidence is weighed again first, in seconds; each time after that, its age has doubled.
  public static let firstReviewSeconds: Int64 = 10 * 86_400
  /// How often that is done at most: twenty doublings are beyond any age.
  public static let reviewDoublings = 20
  /// Members from which a cluster is large enough for a schedule to be known in it.
  public static let leastForSchedule = 5
}
