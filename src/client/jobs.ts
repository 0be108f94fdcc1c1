import { checkName } from '../domain/check.ts';
import type { Move } from '../domain/messages.ts';
import type { EachResult, InputOf, JobDefinition, ResultOf } from '../handlers/define-job.ts';
import type { ResultOptions } from './await-result.ts';
import { awaitResult } from './await-result.ts';
import type { CancelOptions, Cancelled } from './cancel-job.ts';
import { cancelNewest } from './cancel-job.ts';
import type { Connections } from './connections.ts';
import type { JobExplanation } from './explain-job.ts';
import { explainJob } from './explain-job.ts';
import { newestGeneration } from './find-holder.ts';
import type { JobHandle } from './job-handle.ts';
import type { SubmitOptions } from './job-request.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import type { JobList, ListOptions } from './list-jobs.ts';
import { listJobs } from './list-jobs.ts';
import type { Moved } from './move-job.ts';
import { moveJob } from './move-job.ts';
import type { PendingJobs, PendingFilter } from './pending-jobs.ts';
import { pendingJobs } from './pending-jobs.ts';
import { retryJob } from './retry-job.ts';
import { submitJob } from './submit-job.ts';
import type { ManyAnswer, ManyItem, ManyItems, ManyOptions } from './submit-many.ts';
import { submitMany } from './submit-many.ts';

/** What a job of a definition results in: of placement `each`, what became of it on each node. */
export type SubmittedResult<Definition> = Definition extends { readonly placement?: 'each' }
  ? EachResult<ResultOf<Definition>>
  : ResultOf<Definition>;

/** Which generation of a job to show. */
export interface GetOptions {
  /** @default the newest */
  readonly generation?: number;
}

/** Submits jobs and looks after them. An id means its newest generation. */
export interface JobsClient {
  /**
   * Submits a job of a defined kind. A second submit of an id starts nothing: it answers with the
   * first one's job, whatever its input, while that runs and for ever after, unless `dedupe` or
   * `horizon` say otherwise.
   *
   * @throws HoldfastError `invalid_input`, `payload_too_large` or `temporal_unavailable`; `job_exists`
   *   with `dedupe: 'reject'`; in a session, `session_slot_taken` when another job holds the index (see
   *   `dedupe`), and `session_ended` when the session ends before it
   */
  submit<Definition extends JobDefinition>(
    definition: Definition,
    input: InputOf<Definition>,
    options: SubmitOptions & { readonly placement: 'each' },
  ): Promise<JobHandle<EachResult<ResultOf<Definition>>>>;
  submit<Definition extends JobDefinition>(
    definition: Definition,
    input: InputOf<Definition>,
    options?: SubmitOptions,
  ): Promise<JobHandle<SubmittedResult<Definition>>>;
  /** Submits a job by the name of its kind; its input is checked on the node only. */
  submit(
    kind: string,
    input: unknown,
    options: SubmitOptions & { readonly pool: string },
  ): Promise<JobHandle<unknown>>;
  /**
   * Submits many jobs, a few at a time, and answers each item as it comes, in the order of the answers:
   * with its job, or with the error of its submit, which holds up no other. Items are read as fast as
   * submits go and answers are taken, and nothing is submitted before the first is asked for.
   *
   * @example
   * for await (const answer of jobs.submitMany(transcribe, items)) {
   *   if ('error' in answer) console.error(answer.index, answer.id, answer.error.code);
   * }
   * @throws HoldfastError `invalid_input` for a wrong option; what the items throw, and the reason of
   *   the signal, each when all that is under way is answered
   */
  submitMany<Definition extends JobDefinition>(
    definition: Definition,
    items: ManyItems<ManyItem<InputOf<Definition>>>,
    options?: ManyOptions,
  ): AsyncIterableIterator<ManyAnswer>;
  /** Submits many jobs by the name of their kind; their inputs are checked on the node only. */
  submitMany(
    kind: string,
    items: ManyItems<ManyItem & { readonly pool: string }>,
    options?: ManyOptions,
  ): AsyncIterableIterator<ManyAnswer>;
  /**
   * A job with its attempts, and what it waits for while it is open.
   *
   * @throws HoldfastError `job_not_found`, `temporal_unavailable` or `ledger_unavailable`
   */
  get(id: string, options?: GetOptions): Promise<JobView>;
  /**
   * Waits for a job's end and returns its result. It goes on over restarts of the servers.
   *
   * @throws HoldfastError how the job ended (`job_failed`, `failover_exhausted`, `job_cancelled`…),
   *   `result_timeout`, or `job_not_found`
   */
  result(id: string, options?: ResultOptions): Promise<unknown>;
  /**
   * Asks for the end of a job: its handler's signal is aborted, and the job closes as cancelled
   * when the handler has ended, unless it returned a result all the same. A job that does not run, and
   * one whose workflow is gone, closes at once; one on a node that does not answer, after its heartbeat
   * timeout, or with the node's lease. A job that is in the outbox only ends without having run.
   *
   * @returns `requested: false` when the job was closed already; what still runs, if something does
   * @throws HoldfastError `job_not_found`, `job_closed` when it is dead in the outbox, `temporal_unavailable` or `ledger_unavailable`
   */
  cancel(id: string, options?: CancelOptions): Promise<Cancelled>;
  /**
   * Starts a job that has ended again, as its next generation, with what it was submitted with, or,
   * when Temporal has forgotten that, what the ledger says that it ran with. Of a job of a version that
   * did not put it on record, the handle's `warnings` say that its options are the defaults.
   *
   * @throws HoldfastError `job_not_found`; `job_exists` while it is open; `job_closed` when its input
   *   was cleaned up; `session_slot_taken` when its session has released its index
   */
  retry(id: string): Promise<JobHandle<unknown>>;
  /**
   * Moves a job that does not run: to a node, for which it then waits however long, or to a pool
   * without a pin.
   *
   * @throws HoldfastError `job_running`, `job_closed`, `job_not_found`, or `invalid_input` when its
   *   request does not allow it
   */
  move(id: string, to: Move): Promise<Moved>;
  /** Every open job that does not run, with what it waits for, since when and until when. */
  pending(options?: PendingFilter): Promise<PendingJobs>;
  /**
   * What a job waits for, and its whole story.
   *
   * @throws HoldfastError `job_not_found`
   */
  explain(id: string): Promise<JobExplanation>;
  /** Jobs by filter, newest first, one page at a time. */
  list(options?: ListOptions): Promise<JobList>;
}

/** A {@link JobsClient} over open connections. */
export function createJobsClient(connections: Connections): JobsClient {
  const generationOf = (id: string) => newestGeneration(connections, checkName(id, 'id'));
  return {
    submit: (kind: JobDefinition | string, input: unknown, options?: SubmitOptions) =>
      submitJob(connections, kind, input, options),
    submitMany: (kind: JobDefinition | string, items: ManyItems<ManyItem>, options?: ManyOptions) =>
      submitMany((item) => submitJob(connections, kind, item.input, item), items, options),
    get: async (id, { generation } = {}) =>
      viewJob(connections, id, generation ?? (await generationOf(id))),
    result: async (id, options) => awaitResult(connections, id, await generationOf(id), options),
    cancel: async (id, options) => cancelNewest(connections, checkName(id, 'id'), options),
    retry: async (id) => retryJob(connections, checkName(id, 'id')),
    move: async (id, to) => moveJob(connections, checkName(id, 'id'), to),
    pending: (options) => pendingJobs(connections, options),
    explain: async (id) => explainJob(connections, id, await generationOf(id)),
    list: (options) => listJobs(connections, options),
  };
}
