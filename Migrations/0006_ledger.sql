-- The transparency log. What happened is written by whoever records something, in the transaction that records it; the
-- order is given later, by one replica at a time. All but log_pending, log_tail and log_backfill is only ever added to.

-- Entries that were recorded together, in the form of an entry bundle (c2sp.org/tlog-tiles): each behind its length as
-- a big-endian 16-bit number. They are stored once and never moved.
create table log_batches (
  id bigint generated always as identity primary key,
  entries bytea not null,
  -- The least and the greatest id of the decisions among them: where to look for the leaf of a decision.
  first_decision uuid,
  last_decision uuid
);
-- Hashes and random ids hardly compress.
alter table log_batches alter column entries set storage external;
create index log_batches_by_decision on log_batches (last_decision) where last_decision is not null;

-- The batches that have no place in the order yet.
create table log_pending (
  batch bigint primary key,
  recorded_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Adds batches to the log, in the transaction that records what they are of: each with the first and the last id of its
-- decisions, 16 bytes each, before its entries; zeros where there are none. A function, so that its statement is planned
-- once a session and not once a commit.
create function log_add(batches bytea[]) returns void
language plpgsql as $$
begin
  with added as (
    insert into log_batches (entries, first_decision, last_decision)
    select substring(b from 33), nullif(encode(substring(b for 16), 'hex'), repeat('0', 32))::uuid,
      nullif(encode(substring(b from 17 for 16), 'hex'), repeat('0', 32))::uuid
    from unnest(batches) b
    returning id
  )
  insert into log_pending (batch) select id from added;
end
$$;

-- The order: `first` is the index of a batch's first entry in the log.
create table log_order (
  first bigint primary key,
  count integer not null check (count > 0),
  batch bigint not null unique,
  sequenced_at timestamptz not null default now()
);

-- Full tiles (c2sp.org/tlog-tiles), 256 hashes of 32 bytes each.
create table log_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null check (length(hashes) = 8192),
  primary key (level, index)
);
alter table log_tiles alter column hashes set storage external;

-- Which log this is: made once. The signing key is not in the database.
create table log_identity (
  singleton boolean primary key default true check (singleton),
  origin text not null,
  verifier_key text not null,
  created_at timestamptz not null default now()
);

-- Where the log ends: its size and root, the hashes of the partial tile of each level, and the signed checkpoint over
-- them. Whoever holds the lock of this row gives the order.
create table log_tail (
  singleton boolean primary key default true check (singleton),
  size bigint not null,
  root bytea not null,
  edge bytea[] not null,
  checkpoint text not null,
  signed_at timestamptz not null
);
alter table log_tail alter column edge set storage external;

-- The first checkpoint of each minute in which there was one, kept for good.
create table log_checkpoints (
  size bigint primary key,
  checkpoint text not null,
  signed_at timestamptz not null
);

-- What makes the commitments in leaves unguessable: 32 secret bytes of each record. Decisions from before the log have
-- none; theirs are made of a key, so that they need not be rewritten. None without may be added to them: a replica that
-- does not know the log cannot record what would have no leaf.
alter table decisions add column salt bytea;
alter table decisions add constraint decisions_salt check (salt is not null) not valid;

create function random_salt() returns bytea
language sql volatile
return sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));

alter table exemptions add column salt bytea;
update exemptions set salt = random_salt();
alter table exemptions alter column salt set not null;
alter table list_imports add column salt bytea;
update list_imports set salt = random_salt();
alter table list_imports alter column salt set not null;
alter table activations add column salt bytea;
update activations set salt = random_salt();
alter table activations alter column salt set not null;

-- How far what was recorded before the log has got its leaves.
create table log_backfill (
  singleton boolean primary key default true check (singleton),
  began_at timestamptz not null,
  -- The last activation and import from before the log.
  last_activation bigint not null,
  last_import bigint not null,
  -- What the salts of decisions without one are made of, and the last of them that has got its leaf.
  salt_key bytea not null,
  decision uuid not null default '00000000-0000-0000-0000-000000000000',
  is_done boolean not null default false
);
insert into log_backfill (began_at, last_activation, last_import, salt_key)
select clock_timestamp(), coalesce((select max(id) from activations), 0), coalesce((select max(id) from list_imports), 0),
  random_salt();
