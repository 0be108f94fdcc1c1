import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import { checkName } from '../domain/check.ts';
import type { JobRequest } from '../domain/job.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { InputOf, JobDefinition, ResultOf } from '../handlers/define-job.ts';
import type { ResultOptions } from './await-result.ts';
import { awaitResult } from './await-result.ts';
import { cancelJob } from './cancel-job.ts';
import type { Connections } from './connections.ts';
import type { SubmitOptions } from './job-request.ts';
import { jobRequest } from './job-request.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import type { JobList, ListOptions } from './list-jobs.ts';
import { listJobs } from './list-jobs.ts';

/** A submitted job. */
export interface JobHandle<Result> {
  readonly id: string;
  /** Waits for the job's end: its result, or an error. See {@link JobsClient.result}. */
  result(options?: ResultOptions): Promise<Result>;
  /** Where the job is. See {@link JobsClient.get}. */
  get(): Promise<JobView>;
  /** Asks for the job's end. See {@link JobsClient.cancel}. */
  cancel(): Promise<{ readonly requested: boolean }>;
}

/** Submits jobs and looks after them. */
export interface JobsClient {
  /**
   * Submits a job of a defined kind. A second submit of an id starts nothing: it answers with the
   * first one's job, whatever its input, while that runs and for ever after.
   *
   * @throws HoldfastError `invalid_input`, `payload_too_large` or `temporal_unavailable`
   */
  submit<Definition extends JobDefinition>(
    definition: Definition,
    input: InputOf<Definition>,
    options?: SubmitOptions,
  ): Promise<JobHandle<ResultOf<Definition>>>;
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
    await start(connections, id, await jobRequest(id, kind, input, options));
    return {
      id,
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
    list: (options) => listJobs(connections, options),
  };
}

/** Starts the job's workflow; an id that was started before, running or closed, is left alone. */
async function start(
  { client, place }: Connections,
  id: string,
  request: JobRequest,
): Promise<void> {
  try {
    await client.workflow.start(JOB_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: jobWorkflowId(id),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // How long a workflow waits for a dead orchestrator; the server's default is 10 s.
      workflowTaskTimeout: '5s',
      args: [request],
      staticSummary: `${request.kind} in pool ${request.pool}`,
      typedSearchAttributes: [
        keyword(SEARCH_ATTRIBUTES.kind, request.kind),
        keyword(SEARCH_ATTRIBUTES.pool, request.pool),
        ...(request.session === undefined
          ? []
          : [keyword(SEARCH_ATTRIBUTES.session, request.session.id)]),
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    throw temporalError(error, place);
  }
}

function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}
