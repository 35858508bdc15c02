/// PostgreSQL, as the rest of Clearance sees it: migrations, durable decisions, queries over them, usage, keys.
///
/// Start with ``DecisionStore``, and ``UsageStore`` for what arrives in bulk. This is the only target that imports `PostgreSQL`; it knows no rules and no
/// HTTP: facts and answers pass through it as the JSON texts that are kept.
public enum StoreTarget {}
