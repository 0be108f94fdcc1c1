import type pg from 'pg';
import type { NodeEvent, NodeMode, NodeState } from '../domain/node.ts';

/** One event in the life of a node, and how the node was after it. */
export interface NodeEventRecord {
  readonly name: string;
  readonly incarnation: string;
  readonly at: Date;
  readonly event: NodeEvent;
  /** The person or program. */
  readonly by: string;
  readonly reason: string;
  readonly state: NodeState;
  readonly mode: NodeMode;
}

/** The events of a node, newest first, also of one that was forgotten. */
export async function nodeEvents(
  pool: pg.Pool,
  name: string,
  limit: number,
): Promise<NodeEventRecord[]> {
  // By id, not by time: the times are of different clocks.
  const { rows } = await pool.query<NodeEventRecord>(
    `select name, incarnation, at, event, by, reason, state, mode from holdfast.node_events
     where name = $1 order by id desc limit $2`,
    [name, limit],
  );
  return rows;
}
