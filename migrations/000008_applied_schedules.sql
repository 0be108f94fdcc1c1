-- Up Migration

-- What a file said of each schedule when it was last applied: what the next apply tells edits of the file
-- from edits of the schedule by. It outlives the schedule: one that was removed by hand stays removed.
create table holdfast.applied_schedules (
  name text primary key check (char_length(name) between 1 and 60),
  -- The file. Only what came from it may be pruned when it is named there no longer.
  source text not null check (char_length(source) between 1 and 200),
  definition json not null,
  at timestamptz not null default now(),
  by text not null
);

create index applied_schedules_source on holdfast.applied_schedules (source);
