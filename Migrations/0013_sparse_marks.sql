-- Asking for what few decisions have, several spans at a time.

-- The newest decisions that have all these tags. They are looked for between the first and the last of their ruleset, of
-- their trigger and of their caller. Among many that have them, some are found by going back. Where there are few, spans
-- are gone through by the index of tags, four at a time, for that costs little more than one; those in which there are
-- many after all, one by one, so that no more than those of one span are read in vain.
create or replace function marked_decisions(
  wanted_tags text[], before uuid, since uuid, wanted integer
) returns setof uuid
language plpgsql stable parallel safe rows 50 set enable_seqscan = off as $$
declare
  few constant integer := 4 * wanted;
  page uuid[];
  tag text;
  first_present text;
  last_present text;
  first_span integer;
  last_span integer;
  next_span integer;
  spans text[];
  found integer;
begin
  foreach tag in array wanted_tags loop
    case left(tag, 2)
    when 'h:' then
      select min(span), max(span) into first_present, last_present from decision_presence where ruleset = substr(tag, 3);
    when 't:' then
      select min(span), max(span) into first_present, last_present from decision_presence where trigger = substr(tag, 3);
    when 'k:' then
      select min(span), max(span) into first_present, last_present
      from decision_presence where recorded_by = substr(tag, 3)::uuid;
    else continue;
    end case;
    if last_present is null then return; end if;
    since := greatest(since, (first_present || repeat('0', 26))::uuid);
    -- The last id of a span is as good as never made: its random digits would all be ones.
    before := least(before, (last_present || repeat('f', 26))::uuid);
  end loop;
  page := array(
    select w.decision from (
      select m.decision, m.tags from decision_marks m where m.decision < before and m.decision >= since
      order by m.decision desc limit 1000
    ) w where w.tags @> wanted_tags limit wanted);
  if cardinality(page) >= wanted then
    return query select unnest(page);
    return;
  end if;
  first_span := span_of(greatest(since, (select decision from decision_marks order by decision limit 1)));
  last_span := span_of(least(before, (select decision from decision_marks order by decision desc limit 1)));
  while last_span >= first_span loop
    next_span := greatest(last_span - 4, first_span - 1);
    spans := array(select 's:' || span from generate_series(next_span + 1, last_span) span);
    page := array(
      select m.decision from decision_marks m
      where m.tags @> wanted_tags and m.tags && spans and m.decision < before and m.decision >= since limit few + 1);
    if cardinality(page) <= few then
      return query select found_one from unnest(page) found_one order by found_one desc limit wanted;
      get diagnostics found = row_count;
      wanted := wanted - found;
    else
      for span in reverse last_span..next_span + 1 loop
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
    end if;
    exit when wanted <= 0;
    last_span := next_span;
  end loop;
end
$$;
