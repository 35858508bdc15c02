-- Asking for decisions by what they matched, and resolving reviews.

-- A moment before 1970 is before every decision.
create or replace function uuid_floor(moment timestamptz) returns uuid
language sql immutable strict parallel safe
return (lpad(to_hex(greatest(0, floor(extract(epoch from moment) * 1000))::bigint), 12, '0') || repeat('0', 20))::uuid;

-- What a decision can be asked for by, where that is more than its account and its time: one narrow row for each that
-- something matched or hit, or that was not allowed. Most accounts are allowed and match nothing; they have no row here
-- and cost nothing. Tags are `v:` verdict, `r:` rule, `p:` policy, `l:` list, `t:` trigger, `h:` ruleset, `k:` key that
-- recorded it, and `s:` the span of days.
create table decision_marks (
  decision uuid primary key,
  tags text[] not null
);

-- The span of 2^30 milliseconds, twelve days, in which an id lies.
create function span_of(id uuid) returns integer
language sql immutable parallel safe
return ('x' || left(id::text, 5))::bit(20)::integer >> 2;

create function decision_tags(
  id uuid, verdict text, rules text[], policies text[], lists text[], trigger text, ruleset text, recorded_by uuid
) returns text[]
language plpgsql immutable parallel safe as $$
declare
  tags text[] := array['s:' || span_of(id), 'v:' || verdict, 't:' || trigger, 'h:' || ruleset, 'k:' || recorded_by];
  name text;
begin
  foreach name in array rules loop tags := tags || ('r:' || name); end loop;
  foreach name in array policies loop tags := tags || ('p:' || name); end loop;
  foreach name in array lists loop tags := tags || ('l:' || name); end loop;
  return tags;
end
$$;

insert into decision_marks
select id, decision_tags(id, verdict, rules, policies, lists, trigger, ruleset, recorded_by)
from decisions where verdict <> 'allow' or rules <> '{}' or lists <> '{}' order by id;

-- Without a list of entries to be added later: whoever asks would have to read it.
create index decision_marks_by_tag on decision_marks using gin (tags) with (fastupdate = off);

drop index decisions_by_verdict;
drop index decisions_by_rule;
drop index decisions_by_list;
-- Submissions are most of the history; whoever asks for them finds them by its order.
create index decisions_by_trigger on decisions (trigger, id desc) where trigger <> 'submission';

-- Reviews that wait for an officer, and those that wait again from a day on. One of which the account has a newer
-- decision is not open; readers leave it out, and it is removed from time to time, so that recording a decision never
-- has to look for others of its account.
create table open_reviews (
  decision uuid primary key,
  account_id text not null,
  tags text[] not null,
  -- The first day on which the resolution no longer holds.
  resolved_until date
);

create index open_reviews_by_account on open_reviews (account_id);

insert into open_reviews (decision, account_id, tags)
select d.id, d.account_id, m.tags from decisions d join decision_marks m on m.decision = d.id
where d.verdict = 'review'
  and not exists (select from decisions newer where newer.account_id = d.account_id and newer.id > d.id);

create function mark_decision() returns trigger
language plpgsql as $$
declare
  found_tags text[] := decision_tags(
    new.id, new.verdict, new.rules, new.policies, new.lists, new.trigger, new.ruleset, new.recorded_by);
begin
  insert into decision_marks values (new.id, found_tags);
  if new.verdict = 'review' then insert into open_reviews values (new.id, new.account_id, found_tags); end if;
  return null;
end
$$;

create trigger mark_decision after insert on decisions for each row
when (new.verdict <> 'allow' or new.rules <> '{}' or new.lists <> '{}')
execute function mark_decision();

-- By which rulesets, for what cause and for whom decisions were made in which spans of 4.7 hours (the first six digits of
-- their ids): where to look for them. A session adds a row when it first records a decision of a kind in a span; it remembers
-- that in a setting of its own, which a rollback forgets too.
create table decision_presence (
  span text not null,
  ruleset text not null,
  trigger text not null,
  recorded_by uuid not null
);

create index decision_presence_by_span on decision_presence (span, ruleset, trigger, recorded_by);

insert into decision_presence select distinct left(id::text, 6), ruleset, trigger, recorded_by from decisions;

create function note_presence() returns trigger
language plpgsql as $$
declare
  span text := left(new.id::text, 6);
  kind text := span || '|' || new.recorded_by || '|' || new.trigger || '|' || new.ruleset || ';';
  seen text := coalesce(current_setting('clearance.seen', true), '');
begin
  -- All rows of a statement were found to be new before the first of them came here.
  if position(kind in seen) > 0 then return null; end if;
  insert into decision_presence values (span, new.ruleset, new.trigger, new.recorded_by);
  perform set_config('clearance.seen', case when starts_with(seen, span) then seen else '' end || kind, false);
  return null;
end
$$;

create trigger note_presence after insert on decisions for each row
when (coalesce(position(
  left(new.id::text, 6) || '|' || new.recorded_by || '|' || new.trigger || '|' || new.ruleset || ';'
  in current_setting('clearance.seen', true)), 0) = 0)
execute function note_presence();

-- The newest decisions that have all these tags. Among many that have them, some are found by going back; where there
-- are few, spans are gone through one by one, each by the index of tags, so that however they are spread no more than
-- those of one span are read in vain.
create function marked_decisions(wanted_tags text[], before uuid, since uuid, wanted integer) returns setof uuid
language plpgsql stable parallel safe rows 50 set enable_seqscan = off as $$
declare
  page uuid[];
  first_span integer;
  last_span integer;
  found integer;
begin
  page := array(
    select w.decision from (
      select m.decision, m.tags from decision_marks m where m.decision < before and m.decision >= since
      order by m.decision desc limit 4000
    ) w where w.tags @> wanted_tags limit wanted);
  if cardinality(page) >= wanted then
    return query select unnest(page);
    return;
  end if;
  first_span := span_of(greatest(since, (select decision from decision_marks order by decision limit 1)));
  last_span := span_of(least(before, (select decision from decision_marks order by decision desc limit 1)));
  for span in reverse last_span..first_span loop
    return query
      with tagged as materialized (
        select m.decision from decision_marks m
        where m.tags @> (wanted_tags || ('s:' || span))
      )
      select t.decision from tagged t where t.decision < before and t.decision >= since
      order by t.decision desc limit wanted;
    get diagnostics found = row_count;
    wanted := wanted - found;
    exit when wanted <= 0;
  end loop;
end
$$;

-- The newest decisions by a ruleset or of a trigger, or both; of a verdict and a recorder if given.
create function present_decisions(
  of_ruleset text, of_trigger text, of_verdict text, recorder uuid, before uuid, since uuid, wanted integer
) returns setof uuid
language plpgsql stable parallel safe rows 50 as $$
declare
  conditions text := '';
  present record;
  found integer;
begin
  if of_ruleset is not null then conditions := conditions || ' and ruleset = $4'; end if;
  if of_trigger is not null then conditions := conditions || ' and trigger = $5'; end if;
  if of_trigger <> 'submission' then conditions := conditions || ' and trigger <> ''submission'''; end if;
  if of_verdict is not null then conditions := conditions || ' and verdict = $6'; end if;
  if recorder is not null then conditions := conditions || ' and recorded_by = $7'; end if;
  for present in
    select distinct p.span from decision_presence p
    where p.span between left(since::text, 6) and left(before::text, 6)
      and (of_ruleset is null or p.ruleset = of_ruleset) and (of_trigger is null or p.trigger = of_trigger)
      and (recorder is null or p.recorded_by = recorder)
    order by p.span desc
  loop
    return query execute
      'select id from decisions where id >= $1 and id < $2' || conditions || ' order by id desc limit $3'
      using greatest(since, (present.span || repeat('0', 26))::uuid),
        -- The last id of a span is as good as never made: its random digits would all be ones.
        least(before, (present.span || repeat('f', 26))::uuid), wanted, of_ruleset, of_trigger, of_verdict, recorder;
    get diagnostics found = row_count;
    wanted := wanted - found;
    exit when wanted <= 0;
  end loop;
end
$$;

-- What officers decided on reviews. None is changed or deleted: a new one names the one that it takes the place of, so
-- that of each decision there is one chain, and its end is what may be in force.
create table resolutions (
  id uuid primary key,
  decision uuid not null,
  account_id text not null,
  verdict text not null check (verdict in ('allow', 'deny')),
  reason text not null check (length(reason) between 1 and 1000),
  officer text not null check (length(officer) between 1 and 200),
  -- The id of the API key by which it came; all zeros for a caller without one.
  recorded_by uuid not null,
  resolved_at timestamptz not null,
  -- The first day, in UTC, on which it no longer holds; null if it has no end of its own.
  until date,
  supersedes uuid unique references resolutions (id),
  exemption uuid references exemptions (id),
  -- Of the log's commitment to the account, the officer and the reason.
  salt bytea not null
);

create index resolutions_by_decision on resolutions (decision, id);
create unique index resolutions_first on resolutions (decision) where supersedes is null;
