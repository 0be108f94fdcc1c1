-- Up Migration

-- Jobs: one row for each start of an id. Written by `open`, ended by `close`; the first commit wins.
create table holdfast.jobs (
  id text not null,
  generation integer not null check (generation >= 1),
  workflow_id text not null,
  -- The first run of the workflow's chain: whoever else asks to open or close is refused.
  run_id text not null,
  kind text not null,
  pool text not null,
  -- json, not jsonb: it keeps the text as it was given, NUL escapes and key order included.
  input json not null,
  session_id text,
  session_index bigint check (session_index >= 0),
  state text not null default 'open' check (state in ('open', 'succeeded', 'failed', 'cancelled')),
  result json,
  error json,
  attempt_count integer not null default 0 check (attempt_count >= 0),
  failover_count integer not null default 0 check (failover_count >= 0),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (id, generation),
  constraint open_until_closed check ((state = 'open') = (closed_at is null)),
  constraint result_of_success check ((state = 'succeeded') = (result is not null)),
  constraint error_of_failure check ((state in ('failed', 'cancelled')) = (error is not null)),
  constraint session_with_index check ((session_id is null) = (session_index is null))
);

create index jobs_newest on holdfast.jobs (opened_at desc, id, generation);
create index jobs_session on holdfast.jobs (session_id, opened_at desc)
  where session_id is not null;
create index jobs_open on holdfast.jobs (opened_at) where state = 'open';

-- Attempts: one row for each run of a handler, written when its job closes.
create table holdfast.attempts (
  job_id text not null,
  generation integer not null,
  epoch integer not null check (epoch >= 1),
  node text,
  outcome text not null
    check (outcome in ('succeeded', 'failed', 'lost', 'handed_back', 'cancelled')),
  reason text,
  started_at timestamptz,
  ended_at timestamptz not null,
  primary key (job_id, generation, epoch),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade
);

-- Sessions: a slot is taken when its job opens and filled when it closes.
create table holdfast.session_slots (
  session_id text not null,
  index bigint not null check (index >= 0),
  job_id text not null,
  generation integer not null,
  filled_at timestamptz,
  primary key (session_id, index),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade
);

create unique index session_slots_job on holdfast.session_slots (job_id, generation);
