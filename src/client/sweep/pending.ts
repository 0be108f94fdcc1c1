import { cancelled } from '../../domain/attempt.ts';
import { jobIdOnNode } from '../../domain/ids.ts';
import type { JobRequest } from '../../domain/job.ts';
import type { Recovery } from '../../domain/sweep.ts';
import type { SweptJob } from '../../ledger/sweep-open-jobs.ts';
import { yieldOwnSlot } from '../own-slot.ts';
import { startNext } from '../start-job.ts';
import { closeSwept } from './close-swept.ts';
import { describeJob } from './describe-job.ts';
import type { SweepContext, SweepPart } from './sweep-part.ts';
import { batchOf, eachJob, inParts, recovered } from './sweep-part.ts';

/**
 * Open jobs whose workflow is not found: that generation is closed as lost, and the next one started.
 * What waits in the outbox is not lost, and the relays are at it: it is only counted.
 */
export const sweepPending: SweepPart = inParts({ begun: sweepBegun, open: sweepOpen });

/** A sweep may have ended between closing a job as lost and starting it again. */
async function sweepBegun(
  context: SweepContext,
  { limit, isDry = false }: Parameters<SweepPart>[1],
): ReturnType<SweepPart> {
  const { ledger } = context;
  const [lost, outbox] = await Promise.all([ledger.sweep.lostJobs(limit), ledger.outbox.counts()]);
  const recoveries = await eachJob('pending', lost, (job) => startLost(context, job, isDry));
  return batchOf(lost.length + outbox.waiting, recoveries);
}

async function sweepOpen(
  context: SweepContext,
  { cursor, limit, isDry = false }: Parameters<SweepPart>[1],
): ReturnType<SweepPart> {
  const { leastAgeMs, ledger } = context;
  const page = await ledger.sweep.openJobs({ cursor, limit, leastAgeMs });
  const recoveries = await eachJob('pending', page.jobs, async (job) =>
    (await describeJob(context, job)) === undefined ? recoverLost(context, job, isDry) : undefined,
  );
  return batchOf(page.jobs.length, recoveries, page.cursor);
}

async function recoverLost(
  context: SweepContext,
  job: SweptJob,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const { ledger } = context;
  const now = await ledger.sweep.startableJob(job.id, job.generation);
  if (now?.state !== 'open' || now.runId !== job.runId) return undefined;
  if (await isOnNode(context, job, now.request)) return endOnNode(context, job, isDry);
  if (isDry) return startedAgain(job);
  const request = await requestFor(context, job, now.request);
  // Its end leaves no placeholder in its session: the next generation takes the slot.
  await yieldOwnSlot(ledger, job, request);
  const message = `Temporal does not know its workflow; started again as generation ${job.generation + 1}`;
  const outcome = { state: 'cancelled', error: { code: 'job_lost', message } } as const;
  const isOurs = await closeSwept(context, job, { outcome, attempts: [] });
  return isOurs ? startLost(context, job, false) : undefined;
}

/**
 * Whether a job of placement `each` started it, which does so again itself: one of that id that is there
 * already would fail it.
 */
async function isOnNode(
  { ledger }: SweepContext,
  { id, generation }: SweptJob,
  { pin }: JobRequest,
): Promise<boolean> {
  if (pin == null) return false;
  const suffix = jobIdOnNode('', pin.node);
  if (!id.endsWith(suffix)) return false;
  const starter = await ledger.sweep.startableJob(id.slice(0, -suffix.length), generation);
  return starter?.request.placement === 'each';
}

async function endOnNode(
  context: SweepContext,
  job: SweptJob,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const outcome = cancelled('Temporal does not know its workflow');
  const isOurs = isDry || (await closeSwept(context, job, { outcome, attempts: [] }));
  const what = 'Temporal did not know its workflow: left to the job that runs on each node';
  return isOurs ? recovered('pending', job, what) : undefined;
}

/** Starts the generation after one that was closed as lost, unless that was done. */
async function startLost(
  context: SweepContext,
  job: SweptJob,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const { id, generation } = job;
  if (isDry) {
    const next = await describeJob(context, { id, generation: generation + 1 });
    return next === undefined ? startedAgain(job) : undefined;
  }
  const known = await context.ledger.sweep.startableJob(id, generation);
  if (known === undefined) return undefined;
  const request = await requestFor(context, job, known.request);
  const started = await startNext(context, { id, generation, state: 'cancelled' }, request);
  return started === undefined ? undefined : startedAgain(job);
}

/** A slot that its session has passed over cannot be filled any more: the job runs without it. */
async function requestFor(
  { ledger }: SweepContext,
  { id }: SweptJob,
  request: JobRequest,
): Promise<JobRequest> {
  const { session, ...others } = request;
  if (session === undefined) return request;
  const holder = await ledger.findSlot(session);
  return holder?.job === id && holder.isReleased ? others : request;
}

function startedAgain(job: SweptJob): Recovery {
  const next = job.generation + 1;
  const what = `Temporal did not know its workflow: started again as generation ${next}`;
  return recovered('pending', job, what);
}
