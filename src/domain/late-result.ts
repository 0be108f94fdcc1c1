import type { Reconcile } from './job.ts';
import type { Json } from './json.ts';

/** A handler's result that its node sends by itself, because the attempt may have been given up. */
export interface LateResult {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
  readonly node: string;
  /** What the attempt was given to show that its result is one of this job. */
  readonly token: string | undefined;
  readonly result: Json;
  /** Milliseconds since the Unix epoch, by the node's clock. */
  readonly startedAt: number;
}

/** A result that a workflow has taken in. */
export interface TakenResult extends LateResult {
  /**
   * Names its arrival, the same each time that the workflow's task or activity is repeated: one
   * arrival is one row of the record.
   */
  readonly arrival: string;
}

/** A result for the record, beside the one that its job ended with. */
export interface ArrivedResult {
  readonly late: TakenResult;
  /**
   * Who asks: the job itself while it runs, which has decided not to take it, or a workflow of its
   * own because the job's is over.
   */
  readonly from: 'job' | 'late';
}

/**
 * Whether a result that was not waited for settles a job that is still open.
 *
 * @param current the epoch of the attempt that runs or is to run
 * @param isDispatched whether that attempt is on its way or runs
 */
export function reconciles(
  policy: Reconcile,
  epoch: number,
  current: number,
  isDispatched: boolean,
): boolean {
  if (epoch >= current || !isDispatched) return epoch <= current;
  switch (policy) {
    case 'first':
      return true;
    case 'original':
      return epoch === 1;
    case 'replacement':
      return false;
  }
}
