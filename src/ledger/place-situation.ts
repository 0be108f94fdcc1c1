import type pg from 'pg';
import type { PlaceNode, PlaceSituation } from '../domain/placement.ts';
import type { PlacedJob } from './reservations.ts';

/** Slots reserved for others: a job does not stand in its own way. */
const RESERVED_BY_OTHERS = `(select coalesce(sum(held.slots), 0)::int
  from holdfast.reservations held
  join holdfast.jobs job on job.id = held.job_id and job.generation = held.generation
  where held.node = node.name and held.incarnation = node.incarnation and job.state = 'open'
    and (job.id, job.generation) is distinct from ($3::text, $4::integer)
  ) as reserved`;

/** Whose situation {@link placeSituation} tells. */
export interface WantedPlace {
  readonly pool: string;
  /** A node, also of another pool. */
  readonly pin?: string | undefined;
  /** The job that looks for a place: its own reservation does not count. */
  readonly asker?: PlacedJob;
}

interface SituationRow {
  now: Date;
  pause_until: Date | null;
  pause_why: string;
}

type PlaceNodeRow = Omit<PlaceNode, 'isStopping' | 'leaseMs'> & {
  is_stopping: boolean;
  lease_ms: number;
};

/**
 * What a place is chosen from, as of one moment of the ledger's clock: the nodes of the pool in the
 * order of their name, the one of the pin, and the pool's pause.
 */
export async function placeSituation(pool: pg.Pool, wanted: WantedPlace): Promise<PlaceSituation> {
  const { rows } = await pool.query<SituationRow & (PlaceNodeRow | { name: null })>(
    `select now() as now, pause.until as pause_until, pause.why as pause_why,
            name, incarnation, node.pool, state, mode, is_stopping, slots, lease_ms, kinds,
            labels, ${RESERVED_BY_OTHERS}
     from (select 1) as moment
     left join holdfast.pool_pauses pause on pause.pool = $1 and pause.until > now()
     left join holdfast.nodes node on node.pool = $1 or node.name = $2
     order by name`,
    [wanted.pool, wanted.pin ?? null, wanted.asker?.job ?? null, wanted.asker?.generation ?? null],
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
    leaseMs: Number(row.lease_ms),
    kinds: row.kinds,
    labels: row.labels,
    reserved: row.reserved,
  };
}
