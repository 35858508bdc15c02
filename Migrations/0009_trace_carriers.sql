-- Who carries a trace is kept with when they signed up, by which it can be told of most carriers that they say nothing
-- about a new account: 12 bytes for each, the newest first; the number in 4 and the seconds since 1970 in 8, the highest
-- byte first.
alter table linkage_traces add column carriers bytea not null default '';
update linkage_traces t set carriers = coalesce((
  select string_agg(substring(int8send(a.number) from 5) || int8send(a.signed_up), '' order by n.place)
  from unnest(t.newest) with ordinality n(number, place) join linkage_accounts a on a.number = n.number), '');
alter table linkage_traces alter column carriers drop default, drop column newest;
