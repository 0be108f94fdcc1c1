import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../domain/errors.ts';
import type { JobRequest, JobState } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { ClaimedRow } from '../ledger/outbox-claims.ts';
import type { Connections } from './connections.ts';
import { checkDedupe } from './dedupe.ts';
import { requestEnd } from './request-end.ts';
import { startInSession } from './start-in-session.ts';

/** What came of the cancellation of a job that was in the outbox. */
export type CancelledEnqueued =
  | { readonly kind: 'started'; readonly generation: number; readonly requested: boolean }
  /** The place that it asked for is another job's, which is left alone. */
  | { readonly kind: 'attached'; readonly state: JobState };

const CLAIM_MS = 30_000;
const POLL_MS = 100;
/** A relay starts what it has claimed within milliseconds, unless it hangs, is gone, or stands back. */
const PATIENCE_MS = 2_000;
/** Its end comes before: that makes the server hand the workflow out at once. */
const START_DELAY_MS = 60_000;

/**
 * Cancels a job that is in the outbox only: its workflow is started in the relay's stead and told to
 * end at once, so that its end is on record, and its place in a session filled, as those of any other.
 *
 * @returns undefined when it is not in the outbox, or no longer
 * @throws HoldfastError `job_closed` for a dead one; `temporal_unavailable` or `ledger_unavailable`
 */
export async function cancelEnqueued(
  connections: Connections,
  id: string,
): Promise<CancelledEnqueued | undefined> {
  const { outbox } = connections.ledger;
  const row = await claim(connections, id);
  if (row === undefined) return undefined;
  try {
    const ended = await startToEnd(connections, row);
    await outbox.deleteStarted([row.seq]);
    return ended;
  } catch (error) {
    const { seq, tries } = row;
    const isRefused = error instanceof HoldfastError && !error.retryable;
    // A relay would have called it dead for the same reason.
    const back = isRefused
      ? outbox.kill([{ seq, tries, code: error.code, message: error.message }])
      : outbox.release([{ seq, tries, afterMs: 0 }]);
    await back.catch(() => undefined);
    throw isRefused ? deadError(id, error) : error;
  }
}

/** Its row; undefined once there is none that waits, as after its start by the relay that had claimed it. */
async function claim(
  { ledger: { outbox } }: Connections,
  id: string,
): Promise<ClaimedRow | undefined> {
  const forceAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await outbox.find(id);
    if (found?.error !== undefined) throw deadError(id, found.error);
    if (found === undefined) return undefined;
    const isForced = performance.now() >= forceAt;
    const row = await outbox.claimJob(id, { claimMs: CLAIM_MS, isForced });
    if (row !== undefined) return row;
    await delay(POLL_MS);
  }
}

async function startToEnd(connections: Connections, row: ClaimedRow): Promise<CancelledEnqueued> {
  const { id, seq, options } = row;
  const started = await startInSession(connections, id, requestOf(row), {
    dedupe: checkDedupe(options['dedupe'] ?? undefined, 'options.dedupe'),
    submission: `outbox/${seq}`,
    startDelayMs: START_DELAY_MS,
  });
  const { generation, holder } = started;
  if (started.id !== id) return { kind: 'attached', state: holder?.state ?? 'open' };
  return { kind: 'started', generation, requested: await requestEnd(connections, id, generation) };
}

/** What it asks for, as far as that is known and right: without its kind's definition some may be neither. */
function requestOf({ id, kind, input = null, options }: ClaimedRow): JobRequest {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== null && name !== 'dedupe' && name !== 'given',
  );
  const full = { pool: 'unknown', ...Object.fromEntries(given), kind, input } as JobRequest;
  try {
    resolveJobSpec(id, 1, full);
    return full;
  } catch {
    const { session } = full;
    return { kind, pool: 'unknown', input, ...(session === undefined ? {} : { session }) };
  }
}

function deadError(
  id: string,
  { code, message }: { readonly code: string; readonly message: string },
): HoldfastError {
  return new HoldfastError('job_closed', `job ${id} is dead in the outbox: ${code}: ${message}`, {
    hint: `it will not run; \`holdfast outbox drop ${id}\` takes it away`,
    details: { job: id },
  });
}
