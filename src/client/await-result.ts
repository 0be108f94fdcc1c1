import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { HoldfastError, isErrorCode } from '../domain/errors.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import { isTransient, temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';
import { jobErrorOf, toHoldfastError } from './job-error.ts';

/** How long to wait for a result. */
export interface ResultOptions {
  /** After this the wait ends with `result_timeout`; the job goes on. @default no limit */
  readonly timeout?: Duration;
  /** Ends the wait; the job goes on. */
  readonly signal?: AbortSignal;
}

/** The generation of a job that is waited for. */
interface AwaitedJob {
  readonly id: string;
  readonly generation: number;
  /** The one before it was lost, and a sweep starts this one, or has done so. */
  readonly isPromised?: boolean;
}

const RETRY_MS = 500;
/** Longer timers fire at once: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The result of one generation of a job, or of the one in its stead when its workflow was lost. See
 * `JobsClient.result`.
 */
export async function awaitResult(
  connections: Connections,
  id: string,
  generation: number,
  options: ResultOptions = {},
): Promise<Json> {
  const { timeout, signal } = options;
  const stop = stopOf(options);
  let awaited: AwaitedJob = { id, generation };
  while (!stop.aborted) {
    try {
      const result = await tryResult(connections, awaited, stop);
      if (result !== undefined) return result;
    } catch (error) {
      if (!isLost(error)) throw error;
      awaited = { id, generation: awaited.generation + 1, isPromised: true };
    }
    // The server is away or restarting, or a sweep is to come: the job is not gone, so the wait goes on.
    await delay(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  signal?.throwIfAborted();
  throw new HoldfastError('result_timeout', `job ${id} was still open after ${String(timeout)}`, {
    hint: `the job goes on; ask again, or see \`holdfast jobs show ${id}\``,
    details: { job: id },
  });
}

/** Waits until one generation of a job is closed; rejects with the reason when it did not succeed. */
export async function awaitEnd(
  connections: Connections,
  id: string,
  generation: number,
): Promise<void> {
  const { signal } = new AbortController();
  while ((await tryResult(connections, { id, generation }, signal)) === undefined) {
    await delay(RETRY_MS);
  }
}

function isLost(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'job_lost';
}

function stopOf({ timeout, signal }: ResultOptions): AbortSignal {
  const limit =
    timeout === undefined
      ? []
      : [AbortSignal.timeout(Math.min(LONGEST_TIMER_MS, parseDuration(timeout, 'timeout')))];
  return AbortSignal.any([...limit, ...(signal === undefined ? [] : [signal])]);
}

async function tryResult(
  connections: Connections,
  awaited: AwaitedJob,
  stop: AbortSignal,
): Promise<Json | undefined> {
  const { client } = connections;
  const { id, generation } = awaited;
  const workflowId = jobWorkflowId(id, generation);
  try {
    return await client.connection.withAbortSignal(stop, () =>
      client.workflow.getHandle<() => Promise<Json>>(workflowId).result(),
    );
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw toHoldfastError(id, jobErrorOf(error));
    if (error instanceof WorkflowNotFoundError) return resultInLedger(connections, awaited);
    if (stop.aborted || isTransient(error)) return undefined;
    throw temporalError(error, connections.place);
  }
}

/** Temporal forgets a workflow after its retention; the ledger does not. */
async function resultInLedger(
  { ledger }: Connections,
  { id, generation, isPromised = false }: AwaitedJob,
): Promise<Json | undefined> {
  const job = await ledger.findJob(id, generation);
  if (job === undefined) return isPromised ? undefined : unstarted(ledger, id);
  // What was cleaned up is told as an error, too.
  if (job.error !== undefined) throw toHoldfastError(id, job.error);
  // One that is open and has no workflow is lost: a sweep starts it again.
  return job.result;
}

/** A job that waits in the outbox will have a workflow; a dead one will not. */
async function unstarted(ledger: Connections['ledger'], id: string): Promise<undefined> {
  const row = await ledger.outbox.find(id);
  if (row === undefined) throw jobNotFound(id);
  if (row.error === undefined) return undefined;
  const { code, message } = row.error;
  throw new HoldfastError(isErrorCode(code) ? code : 'internal', message, {
    hint: `job ${id} is dead in the outbox: mend what is wrong, then \`holdfast outbox retry ${id}\``,
    details: { job: id },
  });
}
