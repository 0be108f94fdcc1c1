import type pg from 'pg';
import type { AttemptRecord } from '../domain/attempt.ts';
import type { PlanCode } from '../domain/plan-code.ts';

interface AttemptRow {
  epoch: number;
  node: string | null;
  outcome: AttemptRecord['outcome'];
  reason: string | null;
  started_at: Date | null;
  ended_at: Date;
  incarnation: string | null;
  beat_at: Date | null;
  rows_affected: number | null;
  summary: string | null;
  code: PlanCode | null;
}

/** The attempts of a closed job in the order of their epoch; none while it is open. */
export async function findAttempts(
  pool: pg.Pool,
  jobId: string,
  generation: number,
): Promise<AttemptRecord[]> {
  const { rows } = await pool.query<AttemptRow>(
    `select epoch, node, outcome, reason, started_at, ended_at, incarnation, beat_at,
            rows_affected::float8 as rows_affected, summary, code
     from holdfast.attempts
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
    ...known({
      incarnation: row.incarnation,
      beatAt: row.beat_at?.getTime(),
      rowsAffected: row.rows_affected,
      summary: row.summary,
      code: row.code,
    }),
  }));
}

type Extras = Pick<AttemptRecord, 'incarnation' | 'beatAt' | 'rowsAffected' | 'summary' | 'code'>;

/** Those fields that have a value. */
function known(extras: { [Field in keyof Extras]: Extras[Field] | null }): Extras {
  return Object.fromEntries(
    Object.entries(extras).filter(([, value]) => value !== null && value !== undefined),
  );
}
