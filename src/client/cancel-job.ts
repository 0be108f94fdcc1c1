import { setTimeout as delay } from 'node:timers/promises';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { JobState } from '../domain/job.ts';
import { cancelEnqueued } from './cancel-enqueued.ts';
import type { Connections } from './connections.ts';
import { newestGeneration } from './find-holder.ts';
import type { JobView } from './job-view.ts';
import { viewJob } from './job-view.ts';
import { lastBeatAt } from './node-beat.ts';
import { requestEnd } from './request-end.ts';

/** How to cancel a job. */
export interface CancelOptions {
  /** Wait so long for its end. @default no wait: how it stands right after the request */
  readonly wait?: Duration;
}

/** What came of a cancellation. */
export interface Cancelled {
  /** False when the job was closed already. */
  readonly requested: boolean;
  /** How the job stands, or has ended: also as `succeeded`, when its handler returned all the same. */
  readonly state: JobState;
  /** What could not be stopped up to now. */
  readonly stillRunning?: StillRunning;
}

/** An attempt that has not ended yet although its job was cancelled. */
export interface StillRunning {
  readonly node: string;
  readonly epoch: number;
  /** In words: what keeps it, and when it is given up. */
  readonly why: string;
}

const POLL_MS = 200;
/** A node beats every second. */
const SILENT_MS = 4_000;

/** Cancels a generation of a job. See `JobsClient.cancel`. */
export async function cancelJob(
  connections: Connections,
  id: string,
  generation: number,
  { wait = 0 }: CancelOptions = {},
): Promise<Cancelled> {
  const deadline = Date.now() + parseDuration(wait, 'wait');
  const requested = await requestEnd(connections, id, generation);
  return awaitEnd(connections, { id, generation, requested }, deadline);
}

/**
 * Cancels the newest generation of a job; if that has ended, or there is none, what waits in the outbox
 * to be the next. See `JobsClient.cancel`.
 */
export async function cancelNewest(
  connections: Connections,
  id: string,
  { wait = 0 }: CancelOptions = {},
): Promise<Cancelled> {
  const deadline = Date.now() + parseDuration(wait, 'wait');
  let generation = await newestGeneration(connections, id);
  let requested = await requestEndIfKnown(connections, id, generation);
  if (requested !== true) {
    const enqueued = await cancelEnqueued(connections, id);
    if (enqueued?.kind === 'attached') return { requested: false, state: enqueued.state };
    if (enqueued === undefined && requested === undefined) {
      // Perhaps it was started between the two looks.
      generation = await newestGeneration(connections, id);
      requested = await requestEnd(connections, id, generation);
    } else if (enqueued !== undefined) ({ generation, requested } = enqueued);
  }
  return awaitEnd(connections, { id, generation, requested: requested === true }, deadline);
}

/** Undefined when nobody knows the job. */
async function requestEndIfKnown(
  connections: Connections,
  id: string,
  generation: number,
): Promise<boolean | undefined> {
  return requestEnd(connections, id, generation).catch((error: unknown) => {
    if (error instanceof HoldfastError && error.code === 'job_not_found') return undefined;
    throw error;
  });
}

/** A generation whose end was asked for, unless it was closed. */
interface Ending {
  readonly id: string;
  readonly generation: number;
  readonly requested: boolean;
}

async function awaitEnd(
  connections: Connections,
  { id, generation, requested }: Ending,
  deadline: number,
): Promise<Cancelled> {
  let view = await viewJob(connections, id, generation);
  while (view.state === 'open' && Date.now() < deadline) {
    await delay(POLL_MS);
    view = await viewJob(connections, id, generation);
  }
  const stillRunning = await stillRunningOf(connections, view);
  return { requested, state: view.state, ...(stillRunning === undefined ? {} : { stillRunning }) };
}

async function stillRunningOf(
  connections: Connections,
  { state, live }: JobView,
): Promise<StillRunning | undefined> {
  const { node, epoch } = live ?? {};
  const runs = state === 'open' && live?.phase === 'running';
  if (!runs || node === undefined || epoch === undefined) return undefined;
  return { node, epoch, why: await whyNotEnded(connections, node) };
}

async function whyNotEnded(connections: Connections, name: string): Promise<string> {
  const [node, beatAt] = await Promise.all([
    connections.ledger.findNode(name).catch(() => undefined),
    lastBeatAt(connections, name),
  ]);
  const isSilent = beatAt !== undefined && Date.now() - beatAt.getTime() > SILENT_MS;
  if (node?.state === 'offline' || isSilent) {
    return `node ${name} does not answer: its attempt is given up after its heartbeat timeout, or with the node's lease`;
  }
  return `its handler on node ${name} has been told to stop, and has not ended: the node ends it after its --cancel-grace`;
}
