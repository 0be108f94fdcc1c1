import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { AttemptBeat } from '../domain/activities.ts';
import type { AttemptRecord } from '../domain/attempt.ts';
import { attemptActivityId, jobWorkflowId } from '../domain/ids.ts';
import type { JobRequest } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { JobStatus } from '../domain/messages.ts';
import { STATUS_QUERY } from '../domain/messages.ts';
import { nodeOfIdentity } from '../domain/node-identity.ts';
import { temporalError } from '../domain/temporal-error.ts';
import { hasEnded } from '../domain/workflow-status.ts';
import type { StoredJob } from '../ledger/find-jobs.ts';
import type { Connections } from './connections.ts';
import { decodePayload } from './decode-payload.ts';
import { jobErrorOf } from './job-error.ts';
import { opened } from './opened.ts';
import { startedWith } from './started-with.ts';
import type { WaitsFor } from './waits-for.ts';
import { waitOfLedger } from './waits-for.ts';
import { nodeOfQueue } from './story/story-words.ts';
import { whyQueued, whyQueuedOnNode } from './why-queued.ts';

/** What an open job does or waits for. */
export interface LiveJob {
  /**
   * `opening` and `closing`: the ledger is asked. `queued`: on a task queue, no node took it yet.
   * `running`: on a node. `waiting`: for a time. `unattended`: no orchestrator answers for it.
   * `ended`: its workflow ended without closing it in the ledger. `enqueued`: it is in the outbox only.
   */
  readonly phase:
    'enqueued' | 'opening' | 'queued' | 'running' | 'waiting' | 'closing' | 'unattended' | 'ended';
  /** The reason in words. */
  readonly why: string;
  /** What it waits for; undefined when it runs or has ended. */
  readonly waitsFor: WaitsFor | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  readonly epoch: number | undefined;
  /** The node that it runs on or waits for. */
  readonly node: string | undefined;
  /** The newest value that the handler gave to `ctx.progress`. */
  readonly progress: Json | undefined;
}

/** An open job as Temporal knows it. */
export interface FoundJob {
  readonly job: StoredJob;
  readonly live: LiveJob;
  readonly attempts: readonly AttemptRecord[];
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const QUERY_TIMEOUT_MS = 3_000;
// temporal.api.enums.v1.PendingActivityState
const SCHEDULED = 1;

const NOTHING = {
  waitsFor: undefined,
  since: undefined,
  until: undefined,
  epoch: undefined,
  node: undefined,
};

/** What Temporal knows of a generation of a job, or undefined when it knows none. */
export async function findLiveJob(
  connections: Connections,
  id: string,
  generation: number,
): Promise<FoundJob | undefined> {
  const { client, place } = connections;
  const handle = client.workflow.getHandle<() => Promise<Json>>(jobWorkflowId(id, generation));
  try {
    const description = await handle.describe();
    await opened(client, description.raw.pendingActivities);
    const request = await startedWith(connections, description);
    const submitted = jobOf({ id, generation }, request, description);
    if (hasEnded(description.status)) return endedJob(submitted, handle);
    const status = await client
      .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query<JobStatus>(STATUS_QUERY))
      .catch(() => undefined);
    // It may have been moved.
    const job = { ...submitted, pool: status?.pool ?? submitted.pool };
    const live = await liveOf(connections, { job, request, status }, description);
    return { job, live, attempts: status?.attempts ?? [] };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalError(error, place);
  }
}

/** A workflow that ended without closing its job: by force, or because its request was refused. */
async function endedJob(
  job: FoundJob['job'],
  handle: { result(): Promise<Json> },
): Promise<FoundJob> {
  const error = await handle.result().then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof WorkflowFailedError ? jobErrorOf(thrown) : undefined),
  );
  const why = `its workflow ended without closing it: ${error?.message ?? 'it returned'}`;
  const live: LiveJob = { ...NOTHING, phase: 'ended', why, progress: undefined };
  return {
    job: error === undefined ? job : { ...job, state: 'failed', error },
    live,
    attempts: [],
  };
}

/** What was asked of a job, and what its workflow says. */
interface KnownJob {
  readonly job: StoredJob;
  readonly request: JobRequest | undefined;
  readonly status: JobStatus | undefined;
}

async function liveOf(
  connections: Connections,
  { job, request, status }: KnownJob,
  { raw, startTime }: WorkflowExecutionDescription,
): Promise<LiveJob> {
  if (status === undefined) return unattended(raw.pendingActivities?.[0], startTime);
  const { phase } = status;
  const base = { ...NOTHING, since: new Date(phase.since), progress: undefined };
  switch (phase.kind) {
    case 'opening': {
      const why = 'the ledger has not recorded it yet';
      return { ...base, phase: 'opening', why, waitsFor: 'ledger' };
    }
    case 'closing':
    case 'closed': {
      const why = 'the ledger has not recorded its end yet';
      return { ...base, phase: 'closing', why, waitsFor: 'ledger' };
    }
    case 'waiting':
      // Of a job that runs on each node, the jobs that it started there wait or run.
      if (request?.placement === 'each' && /^runs on /.test(phase.why)) {
        return { ...base, phase: 'running', why: phase.why };
      }
      return { ...base, phase: 'waiting', ...(await waitOfLedger(connections, job, phase)) };
    case 'dispatched': {
      const activityId = attemptActivityId(phase.epoch);
      const pending = raw.pendingActivities?.find((each) => each.activityId === activityId);
      const at = { ...base, epoch: phase.epoch };
      const isQueued = pending === undefined || Number(pending.state) === SCHEDULED;
      if (!isQueued) return { ...at, ...runningOn(pending) };
      const node = phase.node ?? nodeOfQueue(phase.queue);
      const reason =
        node === undefined
          ? await whyQueued(connections, phase.queue)
          : await whyQueuedOnNode(connections, node);
      return { ...at, phase: 'queued', node, ...reason };
    }
  }
}

function runningOn(pending: Pending): Pick<LiveJob, 'phase' | 'why' | 'node' | 'progress'> {
  const node = nodeOfIdentity(pending.lastWorkerIdentity) ?? 'unknown';
  const beat = decodePayload(pending.heartbeatDetails?.payloads?.[0]) as AttemptBeat | undefined;
  return { phase: 'running', why: `runs on node ${node}`, node, progress: beat?.progress };
}

function unattended(pending: Pending | undefined, startedAt: Date): LiveJob {
  const why = 'no orchestrator answers for it; start one with `holdfast orchestrator`';
  const running =
    pending === undefined ? { node: undefined, progress: undefined } : runningOn(pending);
  const waitsFor = 'orchestrator';
  return { ...NOTHING, ...running, phase: 'unattended', why, waitsFor, since: startedAt };
}

function jobOf(
  ids: Pick<StoredJob, 'id' | 'generation'>,
  request: JobRequest | undefined,
  { startTime }: WorkflowExecutionDescription,
): FoundJob['job'] {
  return {
    ...ids,
    kind: request?.kind ?? 'unknown',
    pool: request?.pool ?? 'unknown',
    state: 'open',
    session: request?.session,
    attemptCount: 0,
    failoverCount: 0,
    openedAt: startTime,
    closedAt: undefined,
    error: undefined,
    input: request?.input ?? null,
    result: undefined,
  };
}
