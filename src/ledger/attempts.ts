import type pg from 'pg';
import type { AttemptRecord } from '../domain/attempt.ts';

interface AttemptRow {
  epoch: number;
  node: string | null;
  outcome: AttemptRecord['outcome'];
  reason: string | null;
  started_at: Date | null;
  ended_at: Date;
}

/** The attempts of a closed job in the order of their epoch; none while it is open. */
export async function findAttempts(
  pool: pg.Pool,
  jobId: string,
  generation: number,
): Promise<AttemptRecord[]> {
  const { rows } = await pool.query<AttemptRow>(
    `select epoch, node, outcome, reason, started_at, ended_at from holdfast.attempts
     where job_id = $1 and generation = $2 order by epoch`,
    [jobId, generation],
  );
  return rows.map((row) => ({
    epoch: row.epoch,
    node: row.node ?? undefined,
    outcome: row.outcome,
    reason: row.reason ?? undefined,
    startedAt: row.started_at?.getTime(),
    endedAt: row.ended_at.getTime(),
  }));
}
