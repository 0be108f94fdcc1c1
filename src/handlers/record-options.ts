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
  /**
   * For how long after the job's end a submit of its id does not run again, at least: `forever`,
   * only `while-active`, or for a time. @default 'forever'
   */
  readonly horizon?: Horizon;
}

/** How long an id counts after its job's end. */
export type Horizon = 'forever' | 'while-active' | Duration;

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

function parseHorizon(horizon: Exclude<Horizon, 'forever'>, path: string): number {
  if (horizon === 'while-active') return 0;
  try {
    return parseDuration(horizon, path);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw invalid(
      path,
      '"forever", "while-active" or a duration such as "30d"',
      horizon,
      error.hint,
    );
  }
}
