-- Who is linked with whom. One replica at a time writes here, in the order of the log, whoever holds the row of
-- linkage_state; all others read. Numbers are those of the linker: accounts from 0, cells and clusters from 1.

create table linkage_state (
  singleton boolean primary key default true check (singleton),
  -- What traces are hashed under, so that nobody can make two values collide on purpose.
  secret uuid not null default gen_random_uuid(),
  -- How many entries of the log have been gone through.
  position bigint not null default 0,
  next_account bigint not null default 0,
  next_number bigint not null default 1,
  -- When the first account signed up and the last one so far, in seconds since 1970.
  began bigint,
  last_signup bigint,
  -- The newest hour, since 1970, of which usage was taken in: windows end with it.
  usage_hour bigint
);
insert into linkage_state default values;

-- Accounts in the order in which their first submissions are in the log.
create table linkage_accounts (
  number bigint primary key,
  account_id text collate "C" not null unique,
  -- In seconds since 1970.
  signed_up bigint not null,
  -- A hash of the organisation that it declares; 0 for none.
  organization bigint not null,
  -- The cell that it is in, or 0.
  cell bigint not null,
  by_schedule boolean not null,
  -- Whether its latest decision denies it.
  is_denied boolean not null,
  -- The day, since 1970, on which its rhythm was last looked at.
  rhythm_day bigint,
  -- Keyed hashes of what it can share.
  traces bigint[] not null
) with (fillfactor = 85);
create index linkage_accounts_by_cell on linkage_accounts (cell, number) where cell <> 0;
create index linkage_accounts_by_signup on linkage_accounts (signed_up, number) where cell <> 0;

-- Traces by their keyed hashes: how many carry each, when the first of them signed up, and the numbers of the newest 64,
-- the newest first; none of one that more than 4096 carry.
create table linkage_traces (
  trace bigint primary key,
  count bigint not null,
  first_seen bigint not null,
  newest bigint[] not null
) with (fillfactor = 70);

-- Cells, with what their accounts come to. Sums are of the windows that end with the hour `summed_at`, since 1970; 0
-- where they have to be made anew.
create table linkage_cells (
  number bigint primary key,
  cluster bigint not null,
  made_at bigint not null,
  -- When its evidence is weighed again, in seconds since 1970, and how often that was done.
  review_at bigint not null,
  reviews bigint not null default 0,
  size bigint not null default 0,
  undeclared bigint not null default 0,
  denied bigint not null default 0,
  summed_at bigint not null default 0,
  exchanges bigint[] not null default '{0,0,0,0}',
  active bigint not null default 0,
  member_days bigint not null default 0
) with (fillfactor = 60);
create index linkage_cells_by_cluster on linkage_cells (cluster);
create index linkage_cells_by_review on linkage_cells (review_at);
create index linkage_cells_to_sum on linkage_cells (summed_at) where summed_at = 0 or exchanges[4] > 0;

-- Clusters: the sums over their cells.
create table linkage_clusters (
  number bigint primary key,
  size bigint not null,
  undeclared bigint not null,
  denied bigint not null,
  exchanges bigint[] not null,
  active bigint not null,
  member_days bigint not null,
  -- The rules that came out for what the cluster is or did, for which all its accounts were judged.
  raised text[] not null default '{}'
) with (fillfactor = 60);

-- What ties cells together, in both directions: a trace, or 1 for a schedule, 2 for a cell begun when another was full.
create table linkage_ties (
  cell bigint not null,
  other bigint not null,
  trace bigint not null,
  primary key (cell, other, trace)
);

-- Accounts of which usage came in, a row for each batch, until they have been gone through.
create table usage_news (
  id bigint generated always as identity primary key,
  accounts text[] not null,
  -- The newest hour of the batch, since 1970; it is gone through when that is over.
  newest_hour bigint not null,
  -- How many of the accounts have been gone through.
  done bigint not null default 0
);

-- Accounts of which the verdict may have changed, and what may have changed it.
create table rejudgements (
  account_id text collate "C" primary key,
  trigger text not null,
  -- Whether a milder verdict is recorded too: an officer has asked for it.
  may_clear boolean not null default false,
  place bigint generated always as identity
);
create index rejudgements_in_order on rejudgements (place);
