-- Up Migration

-- Sessions: ordered streams of results. The cursor only grows; what it has passed stays as it is.
create table holdfast.sessions (
  id text primary key,
  -- How long results may wait for an index before it is passed over; null: for ever.
  skip_after_ms bigint check (skip_after_ms >= 0),
  is_strict boolean not null default false,
  -- The last index that was released or passed over.
  cursor bigint not null default -1 check (cursor >= -1),
  -- How many indexes there are; null until the session was closed.
  count bigint check (count >= 0),
  created_at timestamptz not null default now(),
  -- Since when something has waited behind the next index, and when that is passed over.
  gap_since timestamptz,
  skip_at timestamptz,
  ended_at timestamptz,
  constraint cursor_within_count check (cursor < count),
  constraint ended_at_count
    check ((ended_at is not null) = (count is not null and cursor + 1 = count)),
  constraint skip_by_rule
    check ((skip_at is not null) = (gap_since is not null and skip_after_ms is not null)),
  constraint no_gap_after_end check (ended_at is null or gap_since is null)
);

create index sessions_newest on holdfast.sessions (created_at desc, id);
create index sessions_due on holdfast.sessions (skip_at) where skip_at is not null;

-- Slots keep what their session's readers need by themselves: they outlive the rows of their jobs.
alter table holdfast.session_slots
  drop constraint session_slots_job_id_generation_fkey,
  add column taken_at timestamptz not null default now(),
  add column state text not null default 'open'
    check (state in ('open', 'succeeded', 'failed', 'cancelled')),
  -- Its job is to be cancelled in favour of another one: the slot is free then, and not filled.
  add column yields boolean not null default false,
  -- Stands in for the result of a job that had none.
  add column error json,
  add column released_at timestamptz,
  -- When the result or the error was cleaned up.
  add column pruned_at timestamptz;

-- A job's row names its slot. An id whose fence was dropped may be used again, and hold another one.
drop index holdfast.session_slots_job;

update holdfast.session_slots slot
set taken_at = job.opened_at,
    state = case when slot.filled_at is null then 'open' else job.state end,
    error = case when slot.filled_at is null then null else job.error end
from holdfast.jobs job
where job.id = slot.job_id and job.generation = slot.generation;

-- What readers have seen up to now: the filled slots before the first that is missing or open.
insert into holdfast.sessions (id, cursor, created_at, gap_since)
select session_id, coalesce(max(index) filter (where is_prefix), -1), min(taken_at),
       min(filled_at) filter (where not is_prefix)
from (
  select slot.*, filled_at is not null
    and index = row_number() over (partition by session_id, filled_at is not null order by index) - 1
    as is_prefix
  from holdfast.session_slots slot
) slot
group by session_id;

update holdfast.session_slots slot set released_at = now()
from holdfast.sessions session
where session.id = slot.session_id and slot.index <= session.cursor;

alter table holdfast.session_slots
  add foreign key (session_id) references holdfast.sessions,
  add constraint open_until_filled check ((state = 'open') = (filled_at is null)),
  add constraint error_of_placeholder
    check ((error is not null) = (state in ('failed', 'cancelled') and pruned_at is null)),
  add constraint released_when_filled check (released_at is null or filled_at is not null),
  add constraint pruned_when_filled check (pruned_at is null or filled_at is not null);

create index session_slots_filled on holdfast.session_slots (session_id, index)
  where filled_at is not null;
create index session_slots_unpruned on holdfast.session_slots (released_at)
  where released_at is not null and pruned_at is null;

-- Results: every one that arrived, with what became of it. That of a job which succeeded is its
-- accepted one.
create table holdfast.results (
  id bigint generated always as identity,
  job_id text not null,
  generation integer not null,
  epoch integer not null check (epoch >= 1),
  node text,
  received_at timestamptz not null default now(),
  verdict text not null check (verdict in ('accepted', 'duplicate', 'superseded', 'late')),
  -- SHA-256 of the JSON text, in hex: a repetition is known when the payload was cleaned up.
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  payload json,
  -- Names the arrival at a workflow, which may put it on record more than once.
  arrival text,
  primary key (job_id, generation, id),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade,
  constraint duplicate_without_payload check (verdict <> 'duplicate' or payload is null)
);

create unique index results_accepted on holdfast.results (job_id, generation)
  where verdict = 'accepted';

insert into holdfast.results (job_id, generation, epoch, node, received_at, verdict, hash, payload)
select job.id, job.generation, coalesce(attempt.epoch, 1), attempt.node, job.closed_at, 'accepted',
       encode(sha256(convert_to(job.result::text, 'UTF8')), 'hex'), job.result
from holdfast.jobs job
  left join lateral (
    select epoch, node from holdfast.attempts
    where job_id = job.id and generation = job.generation and outcome = 'succeeded'
    order by epoch desc limit 1
  ) attempt on true
where job.state = 'succeeded'
order by job.closed_at;

-- At the clean-up a job's row is stripped; what is left of it is the fence.
alter table holdfast.jobs
  drop constraint result_of_success,
  drop constraint error_of_failure,
  drop column result,
  alter column input drop not null,
  -- Of the token that a late result has to show; null: none.
  add column token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  -- How long after its end the id is not run again; null: for ever.
  add column horizon_ms bigint check (horizon_ms >= 0),
  add column pruned_at timestamptz,
  add constraint pruned_when_closed check (pruned_at is null or state <> 'open'),
  add constraint input_until_pruned check ((input is null) = (pruned_at is not null)),
  add constraint error_of_failure
    check ((error is not null) = (state in ('failed', 'cancelled') and pruned_at is null));

-- What is listed, without what was stripped.
drop index holdfast.jobs_newest;
create index jobs_newest on holdfast.jobs (opened_at desc, id, generation) where pruned_at is null;
drop index holdfast.jobs_session;
create index jobs_session on holdfast.jobs (session_id, opened_at desc)
  where session_id is not null and pruned_at is null;
-- What the clean-up looks for.
create index jobs_unpruned on holdfast.jobs (closed_at)
  where closed_at is not null and pruned_at is null;
create index jobs_fences on holdfast.jobs (closed_at)
  where pruned_at is not null and horizon_ms is not null;
