import type { AttemptGone } from '../../domain/messages.ts';
import { ATTEMPT_GONE_SIGNAL, DEADLINE_SIGNAL } from '../../domain/messages.ts';
import type { Recovery } from '../../domain/sweep.ts';
import type { SweptJob } from '../../ledger/sweep-open-jobs.ts';
import type { SweptReservation } from '../../ledger/sweep-reservations.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { describeJob, isBeingCancelled, isUnstarted } from './describe-job.ts';
import { signalJob } from './signal-job.ts';
import type { SweepContext, SweepPart } from './sweep-part.ts';
import { AT_ONCE, batchOf, inParts, recovered } from './sweep-part.ts';

/** Jobs past their deadline are ended; dispatches that nobody takes are placed again. */
export const sweepTimeouts: SweepPart = inParts({
  deadlines: sweepDeadlines,
  reservations: sweepReservations,
});

async function sweepDeadlines(
  context: SweepContext,
  { cursor, limit, isDry = false }: Parameters<SweepPart>[1],
): ReturnType<SweepPart> {
  const page = await context.ledger.sweep.jobsPastDeadline({ cursor, limit });
  const recoveries = await eachAtOnce(page.jobs, AT_ONCE, (job) => endOverdue(context, job, isDry));
  return batchOf(page.jobs.length, recoveries, page.cursor);
}

async function endOverdue(
  context: SweepContext,
  job: SweptJob,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const run = await describeJob(context, job);
  // Without a workflow it is the other strategies' business. One that stops was told before.
  if (run?.status.name !== 'RUNNING' || isBeingCancelled(run)) return undefined;
  const { id, generation } = job;
  const isTold = isDry || (await signalJob(context, { job: id, generation }, DEADLINE_SIGNAL));
  return isTold ? recovered('timeout', job, 'its deadline was over: ended as failed') : undefined;
}

async function sweepReservations(
  context: SweepContext,
  { cursor, limit, isDry = false }: Parameters<SweepPart>[1],
): ReturnType<SweepPart> {
  const page = await context.ledger.sweep.reservations({ cursor, limit });
  const suspects = page.reservations.filter(({ why }) => why !== undefined);
  const recoveries = await eachAtOnce(suspects, AT_ONCE, (held) => recall(context, held, isDry));
  return batchOf(page.reservations.length, recoveries, page.cursor);
}

async function recall(
  context: SweepContext,
  held: SweptReservation,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const { job, generation, epoch, node, why } = held;
  const run = await describeJob(context, { id: job, generation });
  if (run?.status.name !== 'RUNNING' || !isUnstarted(run, epoch)) return undefined;
  const gone: AttemptGone = { epoch, node, why: 'recalled', wasRunning: false };
  const isTold = isDry || (await signalJob(context, held, ATTEMPT_GONE_SIGNAL, gone));
  const what = `it was placed on node ${node}, and ${why}: placed again`;
  return isTold ? recovered('timeout', { id: job, generation }, what) : undefined;
}
