import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { checkChoice } from '../domain/check.ts';
import type { JobRequest, Reconcile } from '../domain/job.ts';
import { RECONCILES } from '../domain/job.ts';

/** Which results of a job count, and how long its id does. */
export interface RecordOptions {
  /**
   * Whose result counts when an attempt that was given up answers after all, while the job is open.
   * `first`: the first that arrives. `original`: the first attempt's, whenever it arrives, else the
   * newest's. `replacement`: the newest attempt's, once that is dispatched. @default 'first'
   */
  readonly reconcile?: Reconcile;
  /** For how long after the job's end its id is not run again, at least. @default 'forever' */
  readonly horizon?: 'forever' | Duration;
}

/** {@link RecordOptions} as they go to the workflow, in milliseconds. */
export type RecordRequest = Pick<JobRequest, 'reconcile' | 'horizonMs'>;

/**
 * The options as they go to the workflow.
 *
 * @param at names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function recordRequest({ reconcile, horizon }: RecordOptions, at: string): RecordRequest {
  const isFinite = horizon !== undefined && horizon !== 'forever';
  return {
    ...(reconcile === undefined
      ? {}
      : { reconcile: checkChoice(reconcile, RECONCILES, `${at}.reconcile`) }),
    ...(isFinite ? { horizonMs: parseHorizon(horizon, `${at}.horizon`) } : {}),
  };
}

function parseHorizon(horizon: Duration, path: string): number {
  try {
    return parseDuration(horizon, path);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw invalid(path, '"forever" or a duration such as "30d"', horizon, error.hint);
  }
}
