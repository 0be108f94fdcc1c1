import { randomUUID } from 'node:crypto';
import { checkName } from '../domain/check.ts';
import type { JobRequest } from '../domain/job.ts';
import type { Move } from '../domain/messages.ts';
import type { EachResult, InputOf, JobDefinition, ResultOf } from '../handlers/define-job.ts';
import type { ResultOptions } from './await-result.ts';
import { awaitResult } from './await-result.ts';
import { cancelJob } from './cancel-job.ts';
import type { Connections } from './connections.ts';
import type { JobExplanation } from './explain-job.ts';
import { explainJob } from './explain-job.ts';
import type { SubmitOptions } from './job-request.ts';
import { jobRequest } from './job-request.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import type { JobList, ListOptions } from './list-jobs.ts';
import { listJobs } from './list-jobs.ts';
import type { Moved } from './move-job.ts';
import { moveJob } from './move-job.ts';
import type { PendingJobs, PendingFilter } from './pending-jobs.ts';
import { pendingJobs } from './pending-jobs.ts';
import { pinWarnings } from './pin-warnings.ts';
import { settleSlot } from './settle-slot.ts';
import { startJob } from './start-job.ts';

/** A submitted job. */
export interface JobHandle<Result> {
  readonly id: string;
  /**
   * What looks wrong with the request, in words, such as a pin to a node that is not registered.
   * The job is submitted all the same.
   */
  readonly warnings: readonly string[];
  /** Waits for the job's end: its result, or an error. See {@link JobsClient.result}. */
  result(options?: ResultOptions): Promise<Result>;
  /** Where the job is. See {@link JobsClient.get}. */
  get(): Promise<JobView>;
  /** Asks for the job's end. See {@link JobsClient.cancel}. */
  cancel(): Promise<{ readonly requested: boolean }>;
}

/** What a job of a definition results in: of placement `each`, what became of it on each node. */
export type SubmittedResult<Definition> = Definition extends { readonly placement?: 'each' }
  ? EachResult<ResultOf<Definition>>
  : ResultOf<Definition>;

/** Submits jobs and looks after them. */
export interface JobsClient {
  /**
   * Submits a job of a defined kind. A second submit of an id starts nothing: it answers with the
   * first one's job, whatever its input, while that runs and for ever after.
   *
   * @throws HoldfastError `invalid_input`, `payload_too_large` or `temporal_unavailable`; in a
   *   session, `session_slot_taken` when another job holds the index (see `dedupe`), and
   *   `session_ended` when the session ends before it
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
   * A job with its attempts, and what it waits for while it is open.
   *
   * @throws HoldfastError `job_not_found`, `temporal_unavailable` or `ledger_unavailable`
   */
  get(id: string): Promise<JobView>;
  /**
   * Waits for a job's end and returns its result. It goes on over restarts of the servers.
   *
   * @throws HoldfastError how the job ended (`job_failed`, `failover_exhausted`, `job_cancelled`…),
   *   `result_timeout`, or `job_not_found`
   */
  result(id: string, options?: ResultOptions): Promise<unknown>;
  /**
   * Asks for the end of a job: its handler's signal is aborted, and the job closes as cancelled
   * when the handler has ended, unless it returned a result all the same.
   *
   * @returns `requested: false` when the job was closed already
   * @throws HoldfastError `job_not_found` or `temporal_unavailable`
   */
  cancel(id: string): Promise<{ readonly requested: boolean }>;
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
  async function submit(
    kind: JobDefinition | string,
    input: unknown,
    options: SubmitOptions = {},
  ): Promise<JobHandle<never>> {
    const id = checkName(options.id ?? randomUUID(), 'id');
    const request = await jobRequest(id, kind, input, options);
    const settled = await settle(id, request, options);
    if ('attach' in settled) return handle(settled.attach, []);
    const [warnings] = await Promise.all([
      pinWarnings(connections.ledger, settled.request),
      startJob(connections, id, settled.request),
    ]);
    return handle(id, warnings);
  }

  /** The request as it can be started, or the id of the job that is there in its place. */
  async function settle(
    id: string,
    request: JobRequest,
    { dedupe }: SubmitOptions,
  ): Promise<{ readonly request: JobRequest } | { readonly attach: string }> {
    const { session: slot } = request;
    if (slot === undefined) return { request };
    const settled = await settleSlot(connections, { id, slot, dedupe });
    if (settled.kind === 'attach') return { attach: settled.job };
    return { request: { ...request, session: settled.slot } };
  }

  function handle(id: string, warnings: readonly string[]): JobHandle<never> {
    return {
      id,
      warnings,
      result: (resultOptions) => awaitResult(connections, id, resultOptions) as Promise<never>,
      get: () => viewJob(connections, id),
      cancel: () => cancelJob(connections, id),
    };
  }

  return {
    submit,
    get: (id) => viewJob(connections, checkName(id, 'id')),
    result: (id, options) => awaitResult(connections, checkName(id, 'id'), options),
    cancel: (id) => cancelJob(connections, checkName(id, 'id')),
    move: async (id, to) => moveJob(connections, checkName(id, 'id'), to),
    pending: (options) => pendingJobs(connections, options),
    explain: async (id) => explainJob(connections, checkName(id, 'id')),
    list: (options) => listJobs(connections, options),
  };
}
