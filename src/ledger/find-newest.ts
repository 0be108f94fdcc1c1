import type pg from 'pg';
import type { JobState } from '../domain/job.ts';

/** The newest generation of an id that is on record, cleaned up or not. */
export interface NewestGeneration {
  readonly generation: number;
  readonly state: JobState;
  /** The run that has it open, or closed it. */
  readonly runId: string;
  /** It is closed, and its horizon over: the id may run again. By the ledger's own clock. */
  readonly isOver: boolean;
  /** Its horizon; undefined: for ever. */
  readonly horizonMs: number | undefined;
}

/** The newest generation of an id, or undefined when none is on record. */
export async function findNewest(pool: pg.Pool, id: string): Promise<NewestGeneration | undefined> {
  const { rows } = await pool.query<{
    generation: number;
    state: JobState;
    run_id: string;
    is_over: boolean;
    horizon_ms: string | null;
  }>(
    `select generation, state, run_id, horizon_ms,
            closed_at is not null and horizon_ms is not null
              and extract(epoch from clock_timestamp() - closed_at) * 1000 >= horizon_ms as is_over
     from holdfast.jobs where id = $1 order by generation desc limit 1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { generation, state, run_id: runId, is_over: isOver, horizon_ms: horizonMs } = row;
  return {
    generation,
    state,
    runId,
    isOver,
    horizonMs: horizonMs === null ? undefined : Number(horizonMs),
  };
}
