-- Up Migration

-- Tokens of the REST API. A token is told once, when it is made; here is only what it is known by.
create table holdfast.tokens (
  id text primary key check (char_length(id) between 1 and 40),
  name text not null check (char_length(name) between 1 and 200),
  -- SHA-256 of the token: it is random and long, so that this cannot be turned back.
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  role text not null check (role in ('read', 'submit', 'operate', 'admin')),
  created_at timestamptz not null default now(),
  -- Null: it does not expire.
  expires_at timestamptz,
  revoked_at timestamptz,
  -- To the minute.
  last_used_at timestamptz
);

-- A name belongs to one token at a time; the revoked ones keep theirs for the record.
create unique index tokens_name on holdfast.tokens (name) where revoked_at is null;

-- Audit: every changing call, written before it is made, so that none goes without.
create table holdfast.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null,
  -- What the caller may do; null for a person at the command line, who has the ledger itself.
  role text check (role in ('read', 'submit', 'operate', 'admin')),
  -- The operation, such as `POST /v1/jobs/{id}/cancel`.
  what text not null,
  -- The job, session, node… that it is about.
  target text,
  -- Facts; never an input, a result or a token.
  details json,
  -- `started` until it is known; then `done`, or the code of the error.
  outcome text not null default 'started'
);

create index audit_target on holdfast.audit (target, id) where target is not null;

-- Lists of jobs, newest first, go along an index whatever they are filtered by. All columns one way:
-- so a page begins where the one before ended, and nothing is sorted.
drop index holdfast.jobs_newest;
create index jobs_newest on holdfast.jobs (opened_at, id, generation) where pruned_at is null;
create index jobs_kind on holdfast.jobs (kind, opened_at, id, generation) where pruned_at is null;
create index jobs_pool on holdfast.jobs (pool, opened_at, id, generation) where pruned_at is null;
create index jobs_unsuccessful on holdfast.jobs (state, opened_at, id, generation)
  where pruned_at is null and state in ('failed', 'cancelled');
drop index holdfast.jobs_session;
create index jobs_session on holdfast.jobs (session_id, opened_at, id, generation)
  where session_id is not null and pruned_at is null;
