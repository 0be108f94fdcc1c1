-- Up Migration

-- Nodes: one row for each name, as the node's workflow last put it on record.
create table holdfast.nodes (
  name text primary key,
  incarnation text not null,
  pool text not null,
  slots integer not null check (slots >= 1),
  kinds text[] not null,
  version text not null,
  labels json not null,
  lease_ms integer not null check (lease_ms >= 1),
  state text not null check (state in ('online', 'offline')),
  is_stopping boolean not null,
  mode text not null check (mode in ('enabled', 'cordoned', 'draining')),
  mode_reason text not null,
  mode_by text not null,
  mode_at timestamptz not null,
  mode_deadline_at timestamptz,
  -- Why the state is what it is: the last event that was about the state.
  cause text not null check (cause in ('registered', 'lost', 'stopped', 'stopping', 'superseded',
    'enabled', 'cordoned', 'draining', 'drained')),
  registered_at timestamptz not null,
  state_since timestamptz not null,
  -- Grows with every change: a late repeat of an earlier one changes nothing.
  seq bigint not null,
  constraint deadline_of_drain check (mode_deadline_at is null or mode = 'draining')
);

create index nodes_pool on holdfast.nodes (pool, name);

-- What happened to nodes; kept when a node is forgotten.
create table holdfast.node_events (
  id bigint generated always as identity primary key,
  name text not null,
  incarnation text not null,
  at timestamptz not null,
  event text not null check (event in ('registered', 'lost', 'stopped', 'stopping', 'superseded',
    'enabled', 'cordoned', 'draining', 'drained', 'forgotten')),
  by text not null,
  reason text not null,
  state text not null check (state in ('online', 'offline')),
  mode text not null check (mode in ('enabled', 'cordoned', 'draining'))
);

create index node_events_newest on holdfast.node_events (name, id desc);

-- Reservations: the attempt of an open job that was placed on a node. They refer to no row of nodes,
-- because those on a lost incarnation stay until its jobs were failed over.
create table holdfast.reservations (
  job_id text not null,
  generation integer not null,
  epoch integer not null check (epoch >= 1),
  node text not null,
  incarnation text not null,
  reserved_at timestamptz not null default now(),
  primary key (job_id, generation),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade
);

create index reservations_node on holdfast.reservations (node, incarnation);

-- Waits: an open job that has no place, and why.
create table holdfast.waits (
  job_id text not null,
  generation integer not null,
  pool text not null,
  kind text not null,
  -- The node waited for, when it is a certain one.
  node text,
  why text not null,
  since timestamptz not null,
  until timestamptz,
  primary key (job_id, generation),
  foreign key (job_id, generation) references holdfast.jobs on delete cascade
);

create index waits_oldest on holdfast.waits (since, job_id, generation);
create index waits_pool on holdfast.waits (pool, since, job_id, generation);
create index waits_node on holdfast.waits (node) where node is not null;

-- Losses of nodes: many within a short time are a storm, and pause their pool's failover.
create table holdfast.losses (
  name text not null,
  incarnation text not null,
  lost_at timestamptz not null,
  pool text not null,
  primary key (name, incarnation, lost_at)
);

create index losses_pool on holdfast.losses (pool, lost_at desc);

create table holdfast.pool_pauses (
  pool text primary key,
  until timestamptz not null,
  why text not null,
  lost integer not null check (lost >= 1)
);

-- Outages of Temporal as the orchestrators saw them; those that touch are one row.
create table holdfast.outages (
  began_at timestamptz primary key,
  ended_at timestamptz not null,
  constraint ends_after_it_began check (ended_at >= began_at)
);

create index outages_newest on holdfast.outages (ended_at desc);
