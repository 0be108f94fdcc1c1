import { eachAtOnce } from '../../domain/each-at-once.ts';
import { codeOf, HoldfastError, invalid } from '../../domain/errors.ts';
import type { RetentionPolicy } from '../../domain/retention.ts';
import type {
  Recovery,
  SweepRequest,
  SweepStrategy,
  SweepTrouble,
  SweptBatch,
} from '../../domain/sweep.ts';
import { isRefusedForGood } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';

/** What a sweep works with. */
export interface SweepContext extends Connections {
  /** Jobs that were opened more recently are left alone: their first steps may be under way. */
  readonly leastAgeMs: number;
  /** How long the ledger keeps fences at least: what it dropped since is not missing. */
  readonly fencesMs: number;
}

/** How old an open job must be for a sweep, unless it is told otherwise. */
const LEAST_AGE_MS = 30_000;

/** What a sweep works with by default. */
export function sweepContext(
  connections: Connections,
  { fencesMs }: Pick<RetentionPolicy, 'fencesMs'>,
): SweepContext {
  return { ...connections, leastAgeMs: LEAST_AGE_MS, fencesMs };
}

/** Looks at one batch. */
export type SweepPart = (context: SweepContext, request: SweepRequest) => Promise<SweptBatch>;

/** Jobs that Temporal is asked about at the same time. */
export const AT_ONCE = 20;

/** One pass after the other, by their names; the names are in the cursors. */
export function inParts(parts: Readonly<Record<string, SweepPart>>): SweepPart {
  const names = Object.keys(parts);
  return async (context, { cursor, ...request }) => {
    const [name = names[0]!, inner = ''] = cursor?.split(/:(.*)/s) ?? [];
    const part = parts[name];
    if (part === undefined)
      throw invalid('cursor', 'the cursor that the batch before gave', cursor);
    const batch = await part(context, { ...request, ...(inner === '' ? {} : { cursor: inner }) });
    const { cursor: further, ...rest } = batch;
    const follower = names[names.indexOf(name) + 1];
    if (further !== undefined) return { ...rest, cursor: `${name}:${further}` };
    return follower === undefined ? rest : { ...rest, cursor: `${follower}:` };
  };
}

/**
 * Looks at jobs, a few at a time. What is wrong with one of them is told and keeps no other from being
 * looked at; only when a server is away the batch ends.
 */
export async function eachJob<Job extends SweptId>(
  strategy: SweepStrategy,
  jobs: readonly Job[],
  work: (job: Job) => Promise<Recovery | undefined>,
): Promise<(Recovery | SweepTrouble | undefined)[]> {
  return eachAtOnce(jobs, AT_ONCE, (job) =>
    work(job).catch((error: unknown) => troubleOf(strategy, job, error)),
  );
}

type SweptId = { readonly id: string; readonly generation: number };

function troubleOf(strategy: SweepStrategy, job: SweptId, error: unknown): SweepTrouble {
  const isForThisJob =
    !(error instanceof HoldfastError) || !error.retryable || isRefusedForGood(error);
  if (!isForThisJob) throw error;
  const code = codeOf(error);
  const what = error instanceof Error ? error.message : String(error);
  return { ...recovered(strategy, job, what), code };
}

/** What came of a batch of so many rows. */
export function batchOf(
  looked: number,
  found: readonly (Recovery | SweepTrouble | undefined)[],
  cursor?: string,
): SweptBatch {
  const known = found.filter((each) => each !== undefined);
  const troubles = known.filter((each) => 'code' in each);
  return {
    looked,
    recoveries: known.filter((each) => !('code' in each)),
    ...(troubles.length === 0 ? {} : { troubles }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Something that was repaired about a job. */
export function recovered(
  strategy: SweepStrategy,
  { id: job, generation }: SweptId,
  what: string,
): Recovery {
  return { strategy, job, generation, what };
}
