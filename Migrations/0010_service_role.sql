-- Whoever applies migrations owns what they make. The service works as the role clearance_service, which may do what is
-- granted here and nothing else: what was recorded it can add to and read, never change. A user who is to run the service
-- is made a member of it (grant clearance_service to NAME). The role is the cluster's, and what it may do is each
-- database's own: a member that is to reach one database alone is kept out of the others by their CONNECT privilege.
do $$
declare
  place text := current_schema();
begin
  if not exists (select from pg_roles where rolname = 'clearance_service') then
    begin
      create role clearance_service nologin;
    exception
      -- Made for another database of the cluster at this moment.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'the role clearance_service is missing, and % may not create roles', current_user
          using errcode = 'insufficient_privilege',
          hint = format('an administrator runs: create role clearance_service nologin; '
            'grant clearance_service to %I; then migrate again', current_user);
    end;
  end if;

  -- An owner that runs the service too works as the role then, and must be able to. From 16 on, whoever made a role may
  -- grant it, and is not thereby a member that can take it on.
  begin
    if current_setting('server_version_num')::integer >= 160000 then
      if not pg_has_role(current_user, 'clearance_service', 'SET') then
        execute format('grant clearance_service to %I with inherit false, set true', current_user);
      end if;
    elsif not pg_has_role(current_user, 'clearance_service', 'MEMBER') then
      execute format('grant clearance_service to %I', current_user);
    end if;
  exception when insufficient_privilege or unique_violation then
    raise notice 'the service needs a user of its own: % is not a member of clearance_service', current_user;
  end;

  if not has_schema_privilege('clearance_service', place, 'USAGE') then
    execute format('grant usage on schema %I to clearance_service', place);
  end if;
  -- Before 15 everybody may make tables in `public`.
  if has_schema_privilege('clearance_service', place, 'CREATE') then
    begin
      execute format('revoke create on schema %I from public', place);
    exception when insufficient_privilege then
      raise warning 'everybody may make tables in the schema %: its owner should revoke create on it from public', place;
    end;
  end if;

  -- Partitions are the owner's, and the service makes them ahead through these alone: were they left to a job of the
  -- owner, forgetting it would fill the default partitions. Nothing is looked up where others can make it.
  execute format('alter procedure ensure_decision_partitions(integer) security definer set search_path = %I, pg_temp', place);
  execute format('alter procedure ensure_usage_partition(timestamptz) security definer set search_path = %I, pg_temp', place);
end
$$;

revoke execute on procedure ensure_decision_partitions(integer), ensure_usage_partition(timestamptz) from public;
grant execute on procedure ensure_decision_partitions(integer), ensure_usage_partition(timestamptz) to clearance_service;

-- What was recorded, and the log: added to and read. Nobody reaches a partition but through its table, so none is granted.
grant select, insert on
  decisions, decision_marks, decision_presence, idempotency_keys, rulesets, activations, list_versions, list_entries,
  list_imports, exemptions, resolutions, usage, usage_batches, api_keys,
  log_pending, log_leaves, log_order, log_tiles, log_identity, log_tail, log_checkpoints, log_cosigned
to clearance_service;
grant select on schema_migrations to clearance_service;

-- An exemption ends by being revoked; what was found and who found it stays.
grant update (revoked_at, revoked_by, revoked_because) on exemptions to clearance_service;
-- Counts are added up in place; a batch is noted before it is known how many of its accounts are unknown.
grant update (exchanges, input_tokens, output_tokens) on usage to clearance_service;
grant update (unknown_account_count) on usage_batches to clearance_service;
grant update (revoked_at, last_used_at) on api_keys to clearance_service;
-- A queue: what is resolved or outdated leaves it, and comes back when the resolution ends.
grant select, insert, update, delete on open_reviews to clearance_service;
-- The outbox of the log is emptied into its order; the end of the log moves.
grant delete on log_pending to clearance_service;
grant update (size, root, edge, records, checkpoint, signed_at) on log_tail to clearance_service;
grant select, update (decision, is_done) on log_backfill to clearance_service;

-- Who is linked with whom, and who is to be judged again: made of what was recorded, and changed as that grows.
grant select, insert, update on linkage_accounts, linkage_traces to clearance_service;
grant select, insert, update, delete on
  linkage_cells, linkage_clusters, linkage_ties, usage_news, rejudgements
to clearance_service;
grant select on linkage_state to clearance_service;
grant update (position, next_account, next_number, began, last_signup, usage_hour) on linkage_state to clearance_service;
