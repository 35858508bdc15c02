-- The transparency log. What happened is written by whoever records something, in the transaction that records it; the
-- order is given later, by one replica at a time. All but log_pending, log_tail and log_backfill is only ever added to.
-- No entry of a decision is kept: it follows from the decision's row.

-- What was recorded and has no place in the log yet: a row for each transaction.
create table log_pending (
  batch bigint generated always as identity primary key,
  -- Of each record its id (16 bytes) and the hash of its leaf (32 bytes). No check: reading its expression again for
  -- every statement takes longer than the rest of the insert.
  records bytea not null,
  recorded_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, toast_tuple_target = 8160);
-- Hashes and random ids do not compress.
alter table log_pending alter column records set storage external;

-- The entries of records that are not decisions, by an id of their own.
create table log_leaves (
  id uuid primary key,
  entry bytea not null check (length(entry) between 1 and 65535)
);

-- The order: the ids of the records (16 bytes each) of every 256 entries, beside the tile of level 0 that has their
-- hashes. Those of the last entries, which are fewer, are in log_tail.
create table log_order (
  index bigint primary key,
  records bytea not null check (length(records) = 4096),
  -- The least and the greatest id among them: where to look for a record.
  first_record uuid not null,
  last_record uuid not null,
  sequenced_at timestamptz not null default now()
) with (toast_tuple_target = 8160);
alter table log_order alter column records set storage external;
create index log_order_by_record on log_order (last_record);

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

-- Where the log ends: its size and root, the hashes of the partial tile of each level, the ids of the records of the
-- last entries (size % 256 of them), and the signed checkpoint. Whoever holds the lock of this row gives the order.
create table log_tail (
  singleton boolean primary key default true check (singleton),
  size bigint not null,
  root bytea not null,
  edge bytea[] not null,
  records bytea not null,
  checkpoint text not null,
  signed_at timestamptz not null
);
alter table log_tail alter column edge set storage external, alter column records set storage external;

-- The first checkpoint of each minute in which there was one, kept for good.
create table log_checkpoints (
  size bigint primary key,
  checkpoint text not null,
  signed_at timestamptz not null
);

-- Checkpoints with the signature of a witness, as they were brought back by it: the log's word that somebody else saw it.
create table log_cosigned (
  size bigint not null,
  witness text not null,
  note text not null,
  added_at timestamptz not null default now(),
  primary key (size, witness)
);

-- What the log says of a record commits to what of it is about persons by a salted hash. Decisions keep that hash, so
-- that their leaves can be made when the rest and the salt are gone. Those from before the log have an empty one and no
-- salt; their salts are made of a key, so that they need not be rewritten. A replica that does not know the log leaves
-- the commitment out, and so cannot record what would have no leaf. (Not by a check: reading its expression again takes
-- time from every commit.)
alter table decisions add column salt bytea, add column commitment bytea not null default '';
alter table decisions alter column commitment drop default;

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
