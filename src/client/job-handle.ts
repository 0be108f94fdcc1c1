import type { ResultOptions } from './await-result.ts';
import { awaitResult } from './await-result.ts';
import type { CancelOptions, Cancelled } from './cancel-job.ts';
import { cancelJob } from './cancel-job.ts';
import type { Connections } from './connections.ts';
import type { Holder } from './dedupe.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import type { StartedJob } from './start-job.ts';

/** A submitted job: one generation of its id, also when a newer one is started. */
export interface JobHandle<Result> {
  readonly id: string;
  /** The start of the id that this is; the first is 1. */
  readonly generation: number;
  /**
   * False when the submit started nothing: the job was there. An id that only the ledger remembers is
   * taken for new when neither `dedupe` nor `horizon` was given: it ends with its stored outcome.
   */
  readonly isNew: boolean;
  /** The job that had the id, or the place in the session, and its state then. */
  readonly holder: Holder | undefined;
  /**
   * What looks wrong with the request, in words, such as a pin to a node that is not registered.
   * The job is submitted all the same.
   */
  readonly warnings: readonly string[];
  /** Waits for the job's end: its result, or an error. See `JobsClient.result`. */
  result(options?: ResultOptions): Promise<Result>;
  /** Where the job is. See `JobsClient.get`. */
  get(): Promise<JobView>;
  /** Asks for the job's end. See `JobsClient.cancel`. */
  cancel(options?: CancelOptions): Promise<Cancelled>;
}

/** The handle of a job that was started, or that was there. */
export function jobHandle(
  connections: Connections,
  { id, generation, isNew, holder }: StartedJob & { readonly id: string },
  warnings: readonly string[] = [],
): JobHandle<never> {
  return {
    id,
    generation,
    isNew,
    holder,
    warnings,
    result: (options) => awaitResult(connections, id, generation, options) as Promise<never>,
    get: () => viewJob(connections, id, generation),
    cancel: (options) => cancelJob(connections, id, generation, options),
  };
}
