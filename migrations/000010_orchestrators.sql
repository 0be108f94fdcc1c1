-- Up Migration

-- Orchestrators that work, each with its last sign of life. One that stops in order takes its row out.
create table holdfast.orchestrators (
  identity text primary key,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now()
);
