import type pg from 'pg';
import type { PlaceNode, PlaceSituation } from '../domain/placement.ts';
import { RESERVED } from './reservations.ts';

interface SituationRow {
  now: Date;
  pause_until: Date | null;
  pause_why: string;
}

type PlaceNodeRow = Omit<PlaceNode, 'isStopping'> & { is_stopping: boolean };

/**
 * What a place is chosen from, as of one moment of the ledger's clock: the nodes of the pool in the
 * order of their name, the one of the pin, and the pool's pause.
 */
export async function placeSituation(
  pool: pg.Pool,
  wanted: { readonly pool: string; readonly pin?: string | undefined },
): Promise<PlaceSituation> {
  const { rows } = await pool.query<SituationRow & (PlaceNodeRow | { name: null })>(
    `select now() as now, pause.until as pause_until, pause.why as pause_why,
            name, incarnation, node.pool, state, mode, is_stopping, slots, kinds, labels, ${RESERVED}
     from (select 1) as moment
     left join holdfast.pool_pauses pause on pause.pool = $1 and pause.until > now()
     left join holdfast.nodes node on node.pool = $1 or node.name = $2
     order by name`,
    [wanted.pool, wanted.pin ?? null],
  );
  const { now, pause_until, pause_why = '' } = rows[0] ?? {};
  return {
    // Without a node there is still one row.
    now: now?.getTime() ?? 0,
    nodes: rows.flatMap((row) => (row.name === null ? [] : [placeNodeOfRow(row)])),
    pause: pause_until ? { until: pause_until.getTime(), why: pause_why } : undefined,
  };
}

function placeNodeOfRow(row: PlaceNodeRow): PlaceNode {
  return {
    name: row.name,
    incarnation: row.incarnation,
    pool: row.pool,
    state: row.state,
    mode: row.mode,
    isStopping: row.is_stopping,
    slots: row.slots,
    kinds: row.kinds,
    labels: row.labels,
    reserved: row.reserved,
  };
}
