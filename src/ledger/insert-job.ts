import type { OpenJob } from '../domain/activities.ts';
import { optionsOf } from '../domain/job-options.ts';
import type { JobSpec } from '../domain/job.ts';
import type { Queryable } from './pool.ts';
import { hashOf } from './results.ts';

/** A later moment stands for never. */
const LONGEST_MS = 1_000 * 365 * 86_400_000;

/** The row of a job, from the parameters $1 to $13; more may be said of where it comes from. */
export function insertStatement(from = ''): string {
  return `insert into holdfast.jobs
       (id, generation, workflow_id, run_id, kind, pool, input, session_id, session_index,
        horizon_ms, token_hash, options, deadline_at)
     select $1::text, $2::int, $3::text, $4::text, $5::text, $6::text, $7::json, $8::text,
            $9::bigint, $10::bigint, $11::text, $12::json,
            now() + $13::float8 * interval '1 millisecond' ${from}
     on conflict (id, generation) do nothing`;
}

/** The values of {@link insertStatement}. */
export function insertValues(open: OpenJob): unknown[] {
  const { spec, workflowId, runId } = open;
  return [
    spec.id,
    spec.generation,
    workflowId,
    runId,
    spec.kind,
    spec.pool,
    JSON.stringify(spec.input),
    spec.session?.id ?? null,
    spec.session?.index ?? null,
    spec.horizonMs ?? null,
    tokenHash(open),
    JSON.stringify(optionsOf(spec)),
    deadlineOf(spec),
  ];
}

/** Records a job as open; false when its generation is on record already. */
export async function insertJob(db: Queryable, open: OpenJob): Promise<boolean> {
  const { rowCount } = await db.query(insertStatement(), insertValues(open));
  return rowCount === 1;
}

/** Of the token that a late result has to show. */
export function tokenHash({ resultToken }: OpenJob): string | null {
  return resultToken === undefined ? null : hashOf(resultToken);
}

/** How long after its opening a job must have ended. */
export function deadlineOf({ deadlineMs }: JobSpec): number {
  return Math.min(deadlineMs, LONGEST_MS);
}
