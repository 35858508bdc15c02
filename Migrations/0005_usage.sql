-- What accounts used, by the hour: one row for each account and hour, whether the account is known or not. Ids are
-- ordered by their bytes, on every server alike: all who write usage do it in this order, and so never wait for each
-- other in a circle.
create table usage (
  account_id text collate "C" not null,
  -- The start of the hour, in UTC.
  hour timestamptz not null,
  exchanges bigint not null check (exchanges >= 0),
  -- Null where nobody told.
  input_tokens bigint check (input_tokens >= 0),
  output_tokens bigint check (output_tokens >= 0),
  primary key (account_id, hour)
) partition by range (hour);

-- Hours of months that have no partition, because it may not be made, are kept here rather than refused.
create table usage_default partition of usage default;

-- Makes the partition of the month in which a moment lies, if it is missing, and moves there what the default partition
-- has of it. Attaching leaves all who read and write other months alone, which creating a partition in place would not.
create procedure ensure_usage_partition(moment timestamptz)
language plpgsql as $$
declare
  from_month timestamp := date_trunc('month', moment at time zone 'UTC');
  from_hour timestamptz := from_month at time zone 'UTC';
  until_hour timestamptz := (from_month + interval '1 month') at time zone 'UTC';
  name text := 'usage_' || to_char(from_month, 'YYYY_MM');
begin
  perform pg_advisory_xact_lock(7164226956012119909);  -- "clrusage"
  -- Asked of the table of tables: what a session remembers of names may be older than the lock.
  if exists (
    select from pg_class
    where relname = name and relnamespace = (select relnamespace from pg_class where oid = 'usage'::regclass)
  ) then
    return;
  end if;
  execute format('create table %I (like usage including all)', name);
  lock table usage_default in access exclusive mode;
  execute format(
    'with moved as (delete from usage_default where hour >= %L and hour < %L returning *)
     insert into %I select * from moved', from_hour, until_hour, name);
  execute format('alter table usage attach partition %I for values from (%L) to (%L)', name, from_hour, until_hour);
end
$$;

-- Every batch of usage that was taken. It is noted in the transaction that takes its rows, so that a batch is taken
-- once however often it is sent.
create table usage_batches (
  id text primary key check (length(id) between 1 and 300),
  -- SHA-256 of its rows, in order and added up by account and hour.
  content_hash bytea not null,
  row_count integer not null,
  account_count integer not null,
  -- How many of its accounts had no decision at the time; null where that was not asked.
  unknown_account_count integer,
  -- The id of the API key that sent it; all zeros for a caller without one.
  recorded_by uuid not null,
  recorded_at timestamptz not null default now()
);
