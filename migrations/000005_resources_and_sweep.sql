-- Up Migration

-- Resources: named, counted things that jobs hold while they run; of the fleet, or of one pool.
create table holdfast.resources (
  name text not null check (char_length(name) between 1 and 220),
  -- Empty: of the whole fleet. A pool's own goes before the fleet's of the same name.
  pool text not null default '',
  capacity bigint not null check (capacity >= 0),
  -- What the configuration said last. A change of it counts; a restart with the same does not undo
  -- what was set while running.
  configured bigint check (configured >= 0),
  -- It stands for a concurrency limit: nobody configured it, and it goes when nobody needs it.
  is_limit boolean not null default false,
  changed_at timestamptz not null default now(),
  primary key (name, pool),
  constraint limit_of_fleet check (not is_limit or (pool = '' and configured is null))
);

-- Grants: what open jobs hold of resources, or wait for. All rows of a job wait, or all are held.
-- They are given under a lock of their resources' rows only, which are locked in the order of name and
-- pool, before those of jobs. They are given back without.
create sequence holdfast.asks;

create table holdfast.grants (
  job_id text not null,
  generation integer not null,
  resource text not null,
  pool text not null default '',
  amount bigint not null check (amount >= 1),
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

-- The functions are volatile: each call sees what was committed while its statement waited for a lock.
create function holdfast.held_of(resource text, pool text) returns numeric
language sql volatile as $$
  select coalesce(sum(amount), 0) from holdfast.grants
  where grants.resource = held_of.resource and grants.pool = held_of.pool and state = 'held'
$$;

create function holdfast.is_awaited(resource text, pool text) returns boolean
language sql volatile as $$
  select exists (
    select 1 from holdfast.grants
    where grants.resource = is_awaited.resource and grants.pool = is_awaited.pool
      and state = 'waiting')
$$;

-- Ends what a job holds or waits for; answers which resources those were.
create function holdfast.drop_grants(job_id text, generation integer)
returns table (resource text, pool text) language sql volatile as $$
  delete from holdfast.grants
  where grants.job_id = drop_grants.job_id and grants.generation = drop_grants.generation
  returning grants.resource, grants.pool
$$;

-- One row for each key of a rate limit: whoever adds a start has changed it, and so goes alone.
create table holdfast.rates (
  key text primary key,
  asked_at timestamptz not null default clock_timestamp()
);

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
create index rate_starts_oldest on holdfast.rate_starts (starts_at);

-- When the next job of a key may start: never before an earlier one, and a whole window after the
-- one that has `most - 1` others behind it. Volatile, as those above.
create function holdfast.next_start(key text, most integer, window_ms double precision)
returns timestamptz language sql volatile as $$
  select greatest(
    clock_timestamp(),
    (select starts_at from holdfast.rate_starts earlier
     where earlier.key = next_start.key order by starts_at desc limit 1),
    (select starts_at + next_start.window_ms * interval '1 millisecond'
     from holdfast.rate_starts earlier
     where earlier.key = next_start.key order by starts_at desc offset most - 1 limit 1))
$$;

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
  swept_at timestamptz,
  -- The namespace of Temporal, with its id, whose jobs are in this ledger: the first that swept it.
  namespace text
);

insert into holdfast.sweep_state default values;
