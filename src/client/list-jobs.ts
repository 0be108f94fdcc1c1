import { HoldfastError, invalid } from '../domain/errors.ts';
import { jobWorkflowId, parseJobWorkflowId } from '../domain/ids.ts';
import type { Job, JobState } from '../domain/job.ts';
import { JOB_STATES } from '../domain/job.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** Which jobs to list. */
export interface ListOptions {
  readonly state?: JobState;
  readonly kind?: string;
  readonly pool?: string;
  readonly session?: string;
  /**
   * Jobs of the ledger at most, 1 to 1000. On the first page, as many that no orchestrator has
   * opened yet may stand before them. @default 50
   */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

/** One page of jobs, newest first; `cursor` is there when more follow. */
export interface JobList {
  readonly jobs: readonly Job[];
  readonly cursor: string | undefined;
}

/** See `JobsClient.list`. */
export async function listJobs(
  connections: Connections,
  options: ListOptions = {},
): Promise<JobList> {
  const { limit = 50, state, cursor } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw invalid('limit', 'a whole number from 1 to 1000', limit);
  }
  if (state !== undefined && !JOB_STATES.includes(state)) {
    throw invalid('state', `one of ${JOB_STATES.join(', ')}`, state);
  }
  const page = await connections.ledger.listJobs({ ...options, limit });
  if (cursor !== undefined || (state !== undefined && state !== 'open')) return page;
  return { ...page, jobs: [...(await unopenedJobs(connections, options, limit)), ...page.jobs] };
}

/** Jobs that were submitted and that no orchestrator has opened in the ledger yet. */
async function unopenedJobs(
  { client, ledger, place }: Connections,
  options: ListOptions,
  limit: number,
): Promise<Job[]> {
  const jobs: Job[] = [];
  try {
    for await (const workflow of client.workflow.list({ query: openJobsQuery(options) })) {
      const ids = parseJobWorkflowId(workflow.workflowId);
      if (ids !== undefined) jobs.push(unopenedJob(ids, workflow));
      if (jobs.length >= limit) break;
    }
  } catch (error) {
    throw error instanceof HoldfastError ? error : temporalError(error, place);
  }
  const workflowIds = jobs.map(({ id, generation }) => jobWorkflowId(id, generation));
  const opened = await ledger.openedWorkflows(workflowIds);
  return jobs.filter((_, index) => !opened.has(workflowIds[index]!));
}

interface ListedWorkflow {
  readonly startTime: Date;
  readonly typedSearchAttributes: {
    get(key: { name: string; type: 'KEYWORD' }): string | undefined;
  };
}

function unopenedJob(
  { jobId, generation }: { jobId: string; generation: number },
  { startTime, typedSearchAttributes }: ListedWorkflow,
): Job {
  const keyword = (name: string) => typedSearchAttributes.get({ name, type: 'KEYWORD' });
  return {
    id: jobId,
    generation,
    kind: keyword(SEARCH_ATTRIBUTES.kind) ?? 'unknown',
    pool: keyword(SEARCH_ATTRIBUTES.pool) ?? 'unknown',
    state: 'open',
    session: undefined,
    attemptCount: 0,
    failoverCount: 0,
    openedAt: startTime,
    closedAt: undefined,
    error: undefined,
  };
}

/** The visibility query for open jobs. */
export function openJobsQuery({
  kind,
  pool,
  session,
}: Pick<ListOptions, 'kind' | 'pool' | 'session'>): string {
  const wanted = { kind, pool, session };
  return [
    `WorkflowType = '${JOB_WORKFLOW}'`,
    `ExecutionStatus = 'Running'`,
    ...Object.entries(wanted).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [`${SEARCH_ATTRIBUTES[name as keyof typeof wanted]} = ${quote(value)}`],
    ),
  ].join(' AND ');
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
