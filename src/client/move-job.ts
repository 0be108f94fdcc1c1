import {
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { checkName } from '../domain/check.ts';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import type { JobStatus, Move } from '../domain/messages.ts';
import { MOVE_UPDATE } from '../domain/messages.ts';
import { nodeOfIdentity } from '../domain/node-identity.ts';
import type { Connections } from './connections.ts';
import { newestGeneration } from './find-holder.ts';
import { moveWarnings } from './move-warnings.ts';
import { startedWith } from './started-with.ts';
import { updateError } from './update-error.ts';

const PATIENCE_MS = 15_000;
const ATTEMPT = /^attempt\//;
// temporal.api.enums.v1.PendingActivityState
const SCHEDULED = 1;

/** What {@link moveJob} has to say about a move that was made. */
export interface Moved {
  /** What looks wrong with the new place, such as a node that nobody knows. */
  readonly warnings: readonly string[];
}

/** See `JobsClient.move`. */
export async function moveJob(connections: Connections, id: string, to: Move): Promise<Moved> {
  const { client, ledger, place } = connections;
  const move = checkMove(to);
  const generation = await newestGeneration(connections, id);
  const handle = client.workflow.getHandle(jobWorkflowId(id, generation));
  try {
    const description = await handle.describe();
    const { status, raw } = description;
    if (status.name !== 'RUNNING') throw jobClosed(id);
    const request = await startedWith(connections, description);
    if (request?.placement === 'each') throw runsOnEach(id);
    // The job's workflow cannot see whether a node has taken its attempt; the server can.
    const running = raw.pendingActivities?.find(
      ({ activityId, state }) => ATTEMPT.test(activityId ?? '') && Number(state) !== SCHEDULED,
    );
    if (running !== undefined) throw jobRunning(id, nodeOfIdentity(running.lastWorkerIdentity));
    await client.withDeadline(Date.now() + PATIENCE_MS, () =>
      handle.executeUpdate<JobStatus, [Move]>(MOVE_UPDATE, { args: [move] }),
    );
    if (request === undefined) return { warnings: [] };
    // The job is moved, whether the ledger answers or not.
    return { warnings: await moveWarnings(ledger, move, request).catch(() => []) };
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    if (error instanceof WorkflowNotFoundError) throw await goneError(connections, id);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw noAnswer(id, error);
    throw updateError(error, place);
  }
}

function checkMove(to: Move): Move {
  const { node, pool } = to as { node?: string; pool?: string };
  if ((node === undefined) === (pool === undefined)) {
    throw invalid('to', '{ node } or { pool }', to);
  }
  return node === undefined ? { pool: checkName(pool, 'pool') } : { node: checkName(node, 'node') };
}

/** Closed between the two calls, or forgotten by Temporal since, or never there. */
async function goneError({ ledger }: Connections, id: string): Promise<HoldfastError> {
  return (await ledger.findJob(id)) === undefined ? jobNotFound(id) : jobClosed(id);
}

function jobClosed(id: string): HoldfastError {
  return new HoldfastError('job_closed', `job ${id} has ended already`, {
    hint: `see \`holdfast jobs show ${id}\``,
    details: { job: id },
  });
}

function jobRunning(id: string, node: string | undefined): HoldfastError {
  const where = node === undefined ? '' : ` on node ${node}`;
  return new HoldfastError('job_running', `job ${id} runs${where} now`, {
    hint: 'a job that runs is not moved: drain its node, or cancel it and submit it anew',
    details: { job: id, node },
  });
}

function runsOnEach(id: string): HoldfastError {
  const what = `job ${id} runs on each node of its pool: it has no place of its own`;
  return new HoldfastError('invalid_input', what, {
    hint: `move the job of one node, such as ${id}@<node>`,
    details: { job: id },
  });
}

function noAnswer(id: string, cause: unknown): HoldfastError {
  return new HoldfastError(
    'temporal_unavailable',
    `no orchestrator answered for job ${id} within ${PATIENCE_MS / 1000} s`,
    { cause, hint: 'start one with `holdfast orchestrator`, then ask again' },
  );
}
