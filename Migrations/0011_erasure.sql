-- Erasing what is about persons. What an account, its parties and officers' reasons say is sealed under a key of its own
-- record by record; erasing an account deletes its keys. Verdict, rules, times and the log remain, and verify.

-- The key (32 bytes) that seals a decision, a resolution or an exemption, and the salt (32 bytes) of what the log says of
-- it, by the id of the record. In a table apart, so that backups of it can be kept shorter than those of the rest.
create table account_keys (
  record uuid primary key,
  secret bytea not null
);
alter table account_keys alter column secret set storage plain;

-- Facts and answer, sealed with AES-256-GCM: the number of bytes of the facts (4 bytes, big-endian), the facts, the
-- answer, and 16 bytes by which they are known not to be altered. Two texts in one, since most of what sealing costs does
-- not depend on their length. Those from before are kept as they are, until they are erased: then they are null.
alter table decisions
  alter column facts drop not null, alter column answer drop not null,
  add column sealed bytea;
-- It does not compress, and is not moved away from its row unless that is too long for a page.
alter table decisions alter column sealed set storage external;

-- As those of usage: what the default partition has of a month moves into it, and who reads and writes others goes on.
create or replace procedure ensure_decision_partitions(months integer)
language plpgsql security definer as $$
declare
  first_day timestamp := date_trunc('month', now() at time zone 'UTC');
  from_month timestamp;
  from_id uuid;
  until_id uuid;
  name text;
begin
  for i in 0..months loop
    from_month := first_day + make_interval(months => i);
    from_id := uuid_floor(from_month at time zone 'UTC');
    until_id := uuid_floor((from_month + interval '1 month') at time zone 'UTC');
    name := 'decisions_' || to_char(from_month, 'YYYY_MM');
    continue when exists (
      select from pg_class
      where relname = name and relnamespace = (select relnamespace from pg_class where oid = 'decisions'::regclass));
    execute format('create table %I (like decisions including all) with (toast_tuple_target = 8160)', name);
    lock table decisions_default in access exclusive mode;
    execute format(
      'with moved as (delete from decisions_default where id >= %L and id < %L returning *)
       insert into %I select * from moved', from_id, until_id, name);
    execute format('alter table decisions attach partition %I for values from (%L) to (%L)', name, from_id, until_id);
  end loop;
end
$$;

do $$
declare
  partition regclass;
begin
  execute format(
    'alter procedure ensure_decision_partitions(integer) set search_path = %I, pg_temp', current_schema());
  for partition in select inhrelid::regclass from pg_inherits where inhparent = 'decisions'::regclass loop
    execute format('alter table %s set (toast_tuple_target = 8160)', partition);
  end loop;
end
$$;

-- The commitment of the log to what is sealed is kept beside it, as that of decisions is, so that leaves can be made when
-- the rest is gone.
alter table resolutions
  alter column reason drop not null, alter column salt drop not null,
  add column sealed_reason bytea, add column commitment bytea;
alter table exemptions
  alter column reason drop not null, alter column salt drop not null,
  add column sealed_reason bytea, add column commitment bytea,
  add column sealed_revocation bytea, add column revocation_commitment bytea;

-- Whose data was erased, when and why: a record as any other, with a leaf in the log.
create table erasures (
  id uuid primary key,
  account_id text not null,
  erased_at timestamptz not null,
  officer text not null check (length(officer) between 1 and 200),
  reason text not null check (length(reason) between 1 and 1000),
  -- How many decisions, resolutions and exemptions can no longer be read.
  records bigint not null,
  -- The first day on which the account need no longer have been kept, and whether it was erased before.
  retained_until date not null,
  is_override boolean not null,
  -- Of the log's commitment to the account, the officer and the reason.
  salt bytea not null
);

create index erasures_by_account on erasures (account_id, erased_at);

-- Deletes what is about persons of an account, wherever it is, and says of how many records. Only the owner may: whatever
-- keeps more of it adds its part here. What accounts used stays, as counts under the account's id; the id itself is a
-- pseudonym. Hashes could be tried with guesses, so they go too: of requests, and of what the account had in common with
-- others. It stays in its cluster, for the others' sake, and carries nothing that could link it to more.
create function forget_account(account text) returns bigint
language plpgsql as $$
declare
  counted bigint;
  forgotten bigint := 0;
begin
  delete from account_keys where record in (
    select id from decisions where account_id = account
    union all select id from resolutions where account_id = account
    union all select id from exemptions where account_id = account);
  get diagnostics forgotten = row_count;

  -- Of before there were keys; the caller has seen to the commitments.
  update decisions set facts = null, answer = null, salt = null where account_id = account and facts is not null;
  get diagnostics counted = row_count;
  forgotten := forgotten + counted;
  update resolutions set reason = null, salt = null where account_id = account and reason is not null;
  get diagnostics counted = row_count;
  forgotten := forgotten + counted;
  update exemptions set reason = null, revoked_because = null, salt = null
  where account_id = account and reason is not null;
  get diagnostics counted = row_count;
  forgotten := forgotten + counted;

  -- An exemption still holds. If it is revoked, that has a key of its own.
  update exemptions set sealed_reason = null, sealed_revocation = null
  where account_id = account and sealed_reason is not null;
  update idempotency_keys set request_hash = ''
  where decision in (select id from decisions where account_id = account) and request_hash <> '';

  -- Whoever changes links holds this row.
  perform from linkage_state for update;
  delete from linkage_traces t using linkage_accounts a
  where a.account_id = account and t.trace = any(a.traces) and t.count <= 1;
  -- Of those that more than 4096 carry, nobody is named any more. To the second, when the first carrier signed up would
  -- say who that was.
  update linkage_traces t set
    count = t.count - (t.count <= 4096)::integer,
    first_seen = t.first_seen - case when t.first_seen = a.signed_up then t.first_seen % 86400 else 0 end,
    carriers = coalesce((
      select string_agg(substring(t.carriers from i * 12 + 1 for 12), '' order by i)
      from generate_series(0, length(t.carriers) / 12 - 1) i
      where substring(t.carriers from i * 12 + 1 for 4) <> substring(int8send(a.number) from 5)), '')
  from linkage_accounts a where a.account_id = account and t.trace = any(a.traces);
  update linkage_accounts set traces = '{}', organization = 0 where account_id = account and traces <> '{}';
  delete from rejudgements where account_id = account;
  return forgotten;
end
$$;

revoke execute on function forget_account(text) from public;

-- When a record that is of a moment was erased; null if nothing says that it was.
create function erased_at(account text, recorded_at timestamptz) returns timestamptz
language sql stable parallel safe
return (
  select e.erased_at from erasures e where e.account_id = account and e.erased_at >= recorded_at
  order by e.erased_at limit 1);

-- What is answered of a decision that was erased.
create function erased_answer(decision uuid) returns text
language sql stable parallel safe
return (
  select json_build_object(
    'id', d.id, 'account', d.account_id, 'verdict', d.verdict, 'rules', d.rules, 'policies', d.policies,
    'lists', d.lists, 'as_of', d.as_of, 'ruleset', d.ruleset,
    'decided_at', to_char(d.decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'erased', json_build_object(
      'at', to_char(erased_at(d.account_id, d.decided_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text
  from decisions d where d.id = decision);

-- The service seals, and opens what it has the key of. It cannot take a key away: erasing is the owner's.
grant select, insert on account_keys to clearance_service;
grant select on erasures to clearance_service;
grant update (sealed_revocation, revocation_commitment) on exemptions to clearance_service;
