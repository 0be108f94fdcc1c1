-- Up Migration

-- Schedules: what runs again and again. The truth; Temporal's Schedules are only alarms.
create table holdfast.schedules (
  name text primary key check (char_length(name) between 1 and 60),
  -- Grows with every change; an edit names the one that it is made from.
  revision integer not null check (revision >= 1),
  -- The definition, checked, as it was given: durations as texts.
  definition json not null,
  paused_at timestamptz,
  paused_by text,
  paused_reason text,
  -- Once, at the first tick after a pause: what becomes of the times of the pause.
  resumes text check (resumes in ('skip', 'latest', 'all')),
  resumed_at timestamptz,
  -- When that pause had begun.
  resumed_from timestamptz,
  -- Since when its times are those of its definition: what lies before is not planned by it. Null: they
  -- always were.
  effective_from timestamptz,
  -- How long a run may take, by its definition.
  run_timeout_ms bigint not null check (run_timeout_ms >= 1),
  delay_ms bigint not null check (delay_ms >= 0),
  created_at timestamptz not null default now(),
  -- When the next time is due: what the orchestrators look for. Null: not known yet, tick at once.
  next_due_at timestamptz,
  ticked_at timestamptz,
  -- Why the last tick left out the schedule, such as a provider of scopes that failed.
  trouble text,
  constraint pause_with_reason check ((paused_at is null) = (paused_by is null)
    and (paused_at is null) = (paused_reason is null)),
  constraint resume_with_time check ((resumes is null) = (resumed_at is null)
    and (resumes is null) = (resumed_from is null))
);

create index schedules_due on holdfast.schedules (next_due_at nulls first);

create table holdfast.schedule_revisions (
  name text not null,
  revision integer not null check (revision >= 1),
  -- Null: it was removed by this one.
  definition json,
  at timestamptz not null default now(),
  by text not null,
  how text not null,
  primary key (name, revision)
);

-- The watermark of each scope: every time up to it is decided. It never moves back.
create table holdfast.schedule_scopes (
  schedule text not null references holdfast.schedules on delete cascade,
  scope text not null check (char_length(scope) between 1 and 100),
  decided_through timestamptz,
  seen_at timestamptz not null default now(),
  primary key (schedule, scope)
);

-- Plans: one row for each time that was decided, or for a range of skipped ones. What became of a plan
-- that runs is told by its job, `plan/<schedule>/<scope>/<time>`.
create table holdfast.plans (
  schedule text not null,
  scope text not null,
  time timestamptz not null,
  -- The revision of the schedule by which it was decided, and runs.
  revision integer not null,
  origin text not null check (origin in ('tick', 'trigger', 'backfill')),
  decided_at timestamptz not null default now(),
  -- Null: it runs.
  skipped text check (skipped in ('superseded', 'outside_window', 'dst_gap', 'overlap', 'paused', 'removed')),
  -- Of a range of skipped times: its last one, and how many there are.
  through timestamptz,
  count integer check (count >= 1),
  -- When it may start: its time and the delay.
  due_at timestamptz,
  -- When its job was started; null: not yet, which the next tick does.
  started_at timestamptz,
  job_id text,
  primary key (schedule, scope, time),
  constraint runs_or_skipped check ((skipped is null) = (due_at is not null)
    and (skipped is null) = (job_id is not null)),
  constraint range_is_skipped check ((through is null) = (count is null)
    and (through is null or (skipped is not null and through >= time))),
  constraint started_runs check (started_at is null or skipped is null)
);

create index plans_unstarted on holdfast.plans (schedule, due_at)
  where skipped is null and started_at is null;
create index plans_newest on holdfast.plans (schedule, time desc, scope);
create index plans_job on holdfast.plans (job_id) where job_id is not null;
create index plans_decided on holdfast.plans (decided_at);

-- Which runs of a scope are open: their ids begin alike.
create index jobs_open_plans on holdfast.jobs (id text_pattern_ops)
  where state = 'open' and id like 'plan/%';

-- Attempts say more of themselves: which start of the node, when it last beat, what it did.
alter table holdfast.attempts
  add column incarnation text,
  add column beat_at timestamptz,
  add column rows_affected bigint check (rows_affected >= 0),
  add column summary text,
  -- Of schedules' runs: run_timeout, canceled, lease_lost, handler_panic, handler_error, stale_timeout.
  add column code text;
