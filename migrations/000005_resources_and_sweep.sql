-- Up Migration

-- Resources: named, counted things that jobs hold while they run; of the fleet, or of one pool.
create table holdfast.resources (
  name text not null check (char_length(name) between 1 and 220),
  -- Empty: of the whole fleet. A pool's own goes before the fleet's of the same name.
  pool text not null default '',
  capacity integer not null check (capacity >= 0),
  -- What the configuration said last. A change of it counts; a restart with the same does not undo
  -- what was set while running.
  configured integer check (configured >= 0),
  -- It stands for a concurrency limit: nobody configured it, and it goes when nobody needs it.
  is_limit boolean not null default false,
  changed_at timestamptz not null default now(),
  primary key (name, pool),
  constraint limit_of_fleet check (not is_limit or (pool = '' and configured is null))
);

-- Grants: what open jobs hold of resources, or wait for. All rows of a job wait, or all are held.
-- They change under a lock of their resources' rows only.
create sequence holdfast.asks;

create table holdfast.grants (
  job_id text not null,
  generation integer not null,
  resource text not null,
  pool text not null default '',
  amount integer not null check (amount >= 1),
  state text not null check (state in ('waiting', 'held')),
  priority smallint not null check (priority between 1 and 5),
  -- The order of the queue within a priority; the same for all rows of a job.
  asked bigint not null,
  asked_at timestamptz not null default clock_timestamp(),
  granted_at timestamptz,
  primary key (job_id, generation, resource),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade,
  constraint granted_when_held check ((state = 'held') = (granted_at is not null))
);

create index grants_held on holdfast.grants (resource, pool) where state = 'held';
create index grants_waiting on holdfast.grants (resource, pool, priority, asked)
  where state = 'waiting';

-- Starts of jobs with a rate limit, past and to come; older ones than the window are cleaned up.
create table holdfast.rate_starts (
  key text not null,
  starts_at timestamptz not null,
  window_ms bigint not null check (window_ms >= 1),
  job_id text not null,
  generation integer not null,
  primary key (job_id, generation),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade
);

create index rate_starts_newest on holdfast.rate_starts (key, starts_at desc);

alter table holdfast.jobs
  -- The request without its kind, pool, input and session: what it takes to start the job again.
  add column options json,
  -- Until then it must have ended; null in a job of an older version.
  add column deadline_at timestamptz;

drop index holdfast.jobs_open;
create index jobs_open on holdfast.jobs (opened_at, id, generation) where state = 'open';
create index jobs_deadline on holdfast.jobs (deadline_at, id, generation) where state = 'open';
-- Jobs whose workflow was lost: the sweep starts their next generation.
create index jobs_lost on holdfast.jobs (id, generation)
  where state = 'cancelled' and error ->> 'code' = 'job_lost';

-- How many slots of its node the attempt takes.
alter table holdfast.reservations
  add column slots integer not null default 1 check (slots >= 1);

-- Where the sweep is: one row. It goes back with the ledger when that is restored, and what Temporal
-- has done since is looked at again.
create table holdfast.sweep_state (
  id boolean primary key default true check (id),
  -- Workflows that were closed before have been looked at.
  closed_through timestamptz not null default now(),
  swept_at timestamptz
);

insert into holdfast.sweep_state default values;
