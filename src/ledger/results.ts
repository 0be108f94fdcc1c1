import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Json } from '../domain/json.ts';
import type { ResultRecord, Verdict } from '../domain/verdict.ts';

/** SHA-256 in hex, of a token or of a result's JSON text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

interface ResultRow {
  epoch: number;
  node: string | null;
  received_at: Date;
  verdict: Verdict;
  hash: string;
  payload: Json;
  has_payload: boolean;
}

/** Every result that arrived for a job, in the order of arrival. */
export async function findResults(
  pool: pg.Pool,
  jobId: string,
  generation: number,
): Promise<ResultRecord[]> {
  const { rows } = await pool.query<ResultRow>(
    `select epoch, node, received_at, verdict, hash, payload, payload is not null as has_payload
     from holdfast.results where job_id = $1 and generation = $2 order by id`,
    [jobId, generation],
  );
  return rows.map(
    ({ epoch, node, received_at: receivedAt, verdict, hash, payload, has_payload }) => {
      const result = has_payload ? payload : undefined;
      return { epoch, node: node ?? undefined, receivedAt, verdict, hash, result };
    },
  );
}
