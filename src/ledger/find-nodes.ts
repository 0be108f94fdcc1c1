import type pg from 'pg';
import type { Labels } from '../domain/labels.ts';
import type { Node, NodeEvent, NodeMode, NodeModeChange, NodeState } from '../domain/node.ts';
import { RESERVED } from './reservations.ts';

/** What {@link listNodes} selects. */
export interface NodeFilter {
  readonly pool?: string;
  readonly state?: NodeState;
  readonly mode?: NodeMode;
}

interface NodeRow {
  name: string;
  incarnation: string;
  pool: string;
  slots: number;
  kinds: string[];
  version: string;
  labels: Labels;
  lease_ms: number;
  state: NodeState;
  is_stopping: boolean;
  mode: NodeMode;
  mode_reason: string;
  mode_by: string;
  mode_at: Date;
  mode_deadline_at: Date | null;
  cause: NodeEvent;
  registered_at: Date;
  state_since: Date;
  reserved: number;
}

const COLUMNS = `name, incarnation, pool, slots, kinds, version, labels, lease_ms, state,
  is_stopping, mode, mode_reason, mode_by, mode_at, mode_deadline_at, cause, registered_at,
  state_since, ${RESERVED}`;

/** A node by its name, or undefined. */
export async function findNode(pool: pg.Pool, name: string): Promise<Node | undefined> {
  const { rows } = await pool.query<NodeRow>(
    `select ${COLUMNS} from holdfast.nodes node where name = $1`,
    [name],
  );
  return rows.map(nodeOfRow)[0];
}

/** Nodes by filter, in the order of their pool and name. */
export async function listNodes(pool: pg.Pool, filter: NodeFilter = {}): Promise<Node[]> {
  const { rows } = await pool.query<NodeRow>(
    `select ${COLUMNS} from holdfast.nodes node
     where ($1::text is null or pool = $1) and ($2::text is null or state = $2)
       and ($3::text is null or mode = $3)
     order by pool, name`,
    [filter.pool ?? null, filter.state ?? null, filter.mode ?? null],
  );
  return rows.map(nodeOfRow);
}

function nodeOfRow(row: NodeRow): Node {
  return {
    name: row.name,
    incarnation: row.incarnation,
    pool: row.pool,
    slots: row.slots,
    kinds: row.kinds,
    version: row.version,
    labels: row.labels,
    leaseMs: row.lease_ms,
    state: row.state,
    isStopping: row.is_stopping,
    mode: modeOfRow(row),
    cause: row.cause,
    registeredAt: row.registered_at,
    stateSince: row.state_since,
    reserved: row.reserved,
  };
}

function modeOfRow(row: NodeRow): NodeModeChange {
  const { mode, mode_reason: reason, mode_by: by, mode_at, mode_deadline_at } = row;
  const change = { mode, reason, by, at: mode_at.getTime() };
  if (mode_deadline_at === null) return change;
  return { ...change, deadlineAt: mode_deadline_at.getTime() };
}
