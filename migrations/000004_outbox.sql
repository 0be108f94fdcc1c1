-- Up Migration

-- Jobs that applications have submitted inside their own transactions. A row goes when its job was
-- started, or stays as a dead one, with the reason, when that can never be.
create table holdfast.outbox (
  -- The order in which the jobs of one session are started.
  seq bigint generated always as identity primary key,
  job_id text not null check (char_length(job_id) between 1 and 200),
  kind text not null check (char_length(kind) between 1 and 200),
  input json not null,
  -- The other fields of the job's request, and its dedupe.
  options json not null default '{}',
  -- The options are all there is to the request, and were checked together with the input.
  is_complete boolean not null default false,
  session_id text generated always as (options -> 'session' ->> 'id') stored,
  -- By the clock: a transaction may have begun long before.
  enqueued_at timestamptz not null default clock_timestamp(),
  -- Until then a relay has it, or nobody shall try it again.
  claimed_until timestamptz,
  -- How often a relay has claimed it; only the last one that did may put it back or call it dead.
  tries integer not null default 0 check (tries >= 0),
  dead_at timestamptz,
  dead_code text,
  dead_message text,
  constraint options_object check (json_typeof(options) = 'object'),
  -- With the largest input it still fits into a start of Temporal's.
  constraint options_size check (octet_length(options::text) <= 65536),
  constraint dead_with_reason
    check ((dead_at is not null) = (dead_code is not null)
       and (dead_at is not null) = (dead_message is not null)),
  constraint dead_unclaimed check (dead_at is null or claimed_until is null)
);

create index outbox_waiting on holdfast.outbox (seq) where dead_at is null;
create index outbox_sessions on holdfast.outbox (session_id, seq)
  where session_id is not null and dead_at is null;
create index outbox_claimed on holdfast.outbox (claimed_until)
  where claimed_until is not null and dead_at is null;
create index outbox_dead on holdfast.outbox (seq) where dead_at is not null;
create index outbox_jobs on holdfast.outbox (job_id, seq);

create function holdfast.notify_outbox() returns trigger language plpgsql as $$
begin
  -- Goes out with the commit, once for each transaction.
  perform pg_notify('holdfast_outbox', '');
  return null;
end
$$;

create trigger outbox_inserted after insert on holdfast.outbox
  for each statement execute function holdfast.notify_outbox();

-- Submits a job in the caller's transaction; for programs in any language. Answers the job's id,
-- which is a random one when none is given.
create function holdfast.enqueue(kind text, input jsonb, id text, options jsonb default '{}')
returns text language plpgsql as $$
declare
  job_id text := coalesce(nullif(enqueue.id, ''), gen_random_uuid()::text);
  wanted jsonb := coalesce(enqueue.options, '{}');
begin
  if enqueue.kind is null or enqueue.kind !~ '^[^[:cntrl:]]{1,200}$' then
    raise exception using errcode = '22023',
      message = format('kind: expected a text of 1 to 200 printable characters, got %L', left(enqueue.kind, 100));
  end if;
  if job_id !~ '^[^[:cntrl:]]{1,200}$' then
    raise exception using errcode = '22023',
      message = format('id: expected a text of 1 to 200 printable characters, got %L', left(job_id, 100));
  end if;
  if jsonb_typeof(wanted) <> 'object' then
    raise exception using errcode = '22023',
      message = format('options: expected an object, got %s', left(wanted::text, 100)),
      hint = 'for example ''{"pool": "gpu", "timeoutMs": 60000}''';
  end if;
  if octet_length(wanted::text) > 65536 then
    raise exception using errcode = '22023',
      message = format('options: expected at most 65536 bytes of JSON, got %s', octet_length(wanted::text));
  end if;
  insert into holdfast.outbox (job_id, kind, input, options)
  values (job_id, enqueue.kind, coalesce(enqueue.input, 'null')::json, wanted::json);
  return job_id;
end
$$;
