-- The facts and the answer of a decision are kept as the text that they were written as. The service makes both, so a
-- server that parses them once more on the way in only takes time from every decision.
alter table decisions alter column facts type text using facts::text, alter column answer type text using answer::text;

-- By whom a decision was recorded is asked for callers with a key. What callers without one record on a service that
-- only this machine can reach is in the index of nobody.
drop index decisions_by_recorder;
create index decisions_by_recorder on decisions (recorded_by, id desc)
  where recorded_by <> '00000000-0000-0000-0000-000000000000';
