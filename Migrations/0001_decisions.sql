-- Rulesets by the SHA-256 of their canonical text: what a decision was judged by, kept once.
create table rulesets (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  canonical_text text not null,
  first_used_at timestamptz not null default now()
);

-- Decisions, append-only. The id is a UUID of version 7: it sorts by the millisecond of the decision, so one
-- column serves as key, as order of the history and as the measure of the monthly partitions.
create table decisions (
  id uuid primary key,
  account_id text not null,
  verdict text not null check (verdict in ('allow', 'review', 'deny')),
  as_of date not null,
  decided_at timestamptz not null,
  ruleset text not null,
  rules text[] not null,
  policies text[] not null,
  -- The restricted-party lists of which an entry was hit.
  lists text[] not null,
  trigger text not null,
  engine text not null,
  recorded_by uuid not null,
  -- Type json, not jsonb: the text stays as it was written, digit for digit and in order.
  facts json not null,
  answer json not null
) partition by range (id);

create index decisions_by_account on decisions (account_id, id desc);
create index decisions_by_recorder on decisions (recorded_by, id desc);
-- Most accounts are allowed, and no rule matches them: such rows are in none of these, and cost them nothing. Whoever
-- asks for them asks for most of the history, in the order of the key.
create index decisions_by_verdict on decisions (verdict, id desc) where verdict <> 'allow';
create index decisions_by_rule on decisions using gin (rules, policies) where rules <> '{}';
create index decisions_by_list on decisions using gin (lists) where lists <> '{}';

-- Rows for which no month was made ahead are kept here rather than refused.
create table decisions_default partition of decisions default;

-- The smallest UUID of version 7 whose time is not before a moment.
create function uuid_floor(moment timestamptz) returns uuid
language sql immutable parallel safe
return (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Makes the partitions of this month and of the next `months` months, those that are missing.
create procedure ensure_decision_partitions(months integer)
language plpgsql as $$
declare
  first_day timestamptz := date_trunc('month', now() at time zone 'UTC') at time zone 'UTC';
  from_day timestamptz;
  until_day timestamptz;
begin
  for i in 0..months loop
    from_day := ((first_day at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
    until_day := ((first_day at time zone 'UTC') + make_interval(months => i + 1)) at time zone 'UTC';
    execute format(
      'create table if not exists %I partition of decisions for values from (%L) to (%L)',
      'decisions_' || to_char(from_day at time zone 'UTC', 'YYYY_MM'), uuid_floor(from_day), uuid_floor(until_day));
  end loop;
end
$$;

-- What each caller has sent under an Idempotency-Key, and the decision that answered it.
create table idempotency_keys (
  client uuid not null,
  key text not null check (length(key) between 1 and 255),
  request_hash bytea not null,
  decision uuid not null,
  created_at timestamptz not null default now(),
  primary key (client, key)
);

-- Bearer keys. Only the hash of the secret is kept.
create table api_keys (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('signup', 'officer', 'auditor', 'admin')),
  secret_hash bytea not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  last_used_at timestamptz
);
