import type pg from 'pg';

/** Which node to forget, who wants it and why. */
export interface ForgottenNode {
  readonly name: string;
  /** The person or program. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Takes an offline node off the record; its events stay, with one more. Answers false when there is
 * no such node, or when it is online.
 */
export async function forgetNode(
  pool: pg.Pool,
  { name, by, reason }: ForgottenNode,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with gone as (
       delete from holdfast.nodes where name = $1 and state = 'offline'
       returning name, incarnation, state, mode
     )
     insert into holdfast.node_events (name, incarnation, at, event, by, reason, state, mode)
     select name, incarnation, now(), 'forgotten', $2, $3, state, mode from gone`,
    [name, by, reason],
  );
  return rowCount === 1;
}
