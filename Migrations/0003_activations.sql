-- Every attempt to put rules into force, in order. The last one that took effect names the ruleset that all replicas
-- judge by; a refused one changes nothing, and is kept so that every replica can tell of it until one succeeds.
create table activations (
  id bigint generated always as identity primary key,
  attempted_at timestamptz not null default clock_timestamp(),
  attempted_by text not null check (length(attempted_by) between 1 and 200),
  reason text check (length(reason) between 1 and 1000),
  -- The ruleset that took effect, the one before it, and what changed rule by rule.
  ruleset text references rulesets (hash),
  previous text references rulesets (hash),
  changes json,
  -- Why nothing took effect.
  fault text,
  check ((ruleset is null) = (fault is not null) and (changes is null) = (ruleset is null))
);

create index activations_by_ruleset on activations (ruleset, id) where ruleset is not null;
