-- Restricted-party lists. A version is what a list held at one time, identified by the SHA-256 of its entries; it is
-- kept for good, since decisions name the versions that they saw.
create table list_versions (
  id bigint generated always as identity primary key,
  list text not null check (length(list) between 1 and 64),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  entry_count integer not null,
  name_count integer not null,
  created_at timestamptz not null default now(),
  unique (list, hash)
);

create table list_entries (
  version bigint not null references list_versions (id),
  entry_id text not null,
  -- Type json: the text is part of what the version's hash covers.
  entry json not null,
  primary key (version, entry_id)
);

-- Every import, whether it brought anything new or not. The last one of a list says which version is in use, and how
-- old it is.
create table list_imports (
  id bigint generated always as identity primary key,
  list text not null,
  version bigint not null references list_versions (id),
  published_on date not null,
  imported_at timestamptz not null default now(),
  imported_by text not null,
  source text not null
);

create index list_imports_by_list on list_imports (list, id desc);

-- Officers' findings that an account, or a party of it, is not the entry that its name resembles. A finding holds
-- until a day, and in any case only as long as the entry stays as it was.
create table exemptions (
  id uuid primary key,
  account_id text not null,
  party text,
  list text not null,
  entry_id text not null,
  entry_hash text not null,
  until date,
  reason text not null check (length(reason) between 1 and 1000),
  officer text not null check (length(officer) between 1 and 200),
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by text,
  revoked_because text
);

create index exemptions_by_account on exemptions (account_id);
