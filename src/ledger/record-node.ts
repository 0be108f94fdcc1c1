import type pg from 'pg';
import type { NodeChange } from '../domain/activities.ts';

/**
 * Puts a change of a node on record, with its event, in one statement, hence one transaction.
 * Answers false, and changes nothing, when this change or a later one is on record already.
 * Reservations stay: failover reads those on the incarnation that is gone.
 */
export async function recordNode(pool: pg.Pool, change: NodeChange): Promise<boolean> {
  const { registration, mode } = change;
  const { rowCount } = await pool.query(
    `with changed as (
       insert into holdfast.nodes as node
         (name, incarnation, pool, slots, kinds, version, labels, lease_ms, state, is_stopping,
          mode, mode_reason, mode_by, mode_at, mode_deadline_at, cause, registered_at, state_since,
          seq)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $19, $19, $20)
       on conflict (name) do update
       set incarnation = excluded.incarnation, pool = excluded.pool, slots = excluded.slots,
           kinds = excluded.kinds, version = excluded.version, labels = excluded.labels,
           lease_ms = excluded.lease_ms, state = excluded.state,
           is_stopping = excluded.is_stopping, mode = excluded.mode,
           mode_reason = excluded.mode_reason, mode_by = excluded.mode_by,
           mode_at = excluded.mode_at, mode_deadline_at = excluded.mode_deadline_at,
           cause = case
             when excluded.cause in ('enabled', 'cordoned', 'draining', 'drained') then node.cause
             else excluded.cause end,
           registered_at = case
             when excluded.cause = 'registered' or node.incarnation <> excluded.incarnation
             then excluded.registered_at else node.registered_at end,
           state_since = case
             when node.state = excluded.state and node.incarnation = excluded.incarnation
             then node.state_since else excluded.state_since end,
           seq = excluded.seq
       where node.seq < excluded.seq
       returning name
     )
     insert into holdfast.node_events (name, incarnation, at, event, by, reason, state, mode)
     select name, $2, $19, $16, $17, $18, $9, $11 from changed`,
    [
      change.name,
      registration.incarnation,
      registration.pool,
      registration.slots,
      registration.kinds,
      registration.version,
      JSON.stringify(registration.labels),
      registration.leaseMs,
      change.state,
      change.isStopping,
      mode.mode,
      mode.reason,
      mode.by,
      new Date(mode.at),
      mode.deadlineAt === undefined ? null : new Date(mode.deadlineAt),
      change.event,
      change.by,
      change.reason,
      new Date(change.at),
      change.seq,
    ],
  );
  return rowCount === 1;
}
