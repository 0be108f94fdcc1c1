import type { JobOutcome } from '../../domain/job.ts';
import type { Recovery } from '../../domain/sweep.ts';
import type { SweptJob } from '../../ledger/sweep-open-jobs.ts';
import { hasEnded } from '../../domain/workflow-status.ts';
import { closeSwept } from './close-swept.ts';
import { describeJob } from './describe-job.ts';
import { realEnd } from './real-end.ts';
import type { SweepContext, SweepPart } from './sweep-part.ts';
import { batchOf, eachJob, inParts, recovered } from './sweep-part.ts';
import { sweepUnrecorded } from './unrecorded.ts';

/** Open jobs whose workflow is over, and workflows that are over and that the ledger does not know. */
export const sweepOrphans: SweepPart = inParts({ open: sweepOpen, closed: sweepUnrecorded });

async function sweepOpen(
  context: SweepContext,
  { cursor, limit, isDry = false }: Parameters<SweepPart>[1],
): ReturnType<SweepPart> {
  const { leastAgeMs, ledger } = context;
  const page = await ledger.sweep.openJobs({ cursor, limit, leastAgeMs });
  const recoveries = await eachJob('orphan', page.jobs, (job) => closeOrphan(context, job, isDry));
  return batchOf(page.jobs.length, recoveries, page.cursor);
}

async function closeOrphan(
  context: SweepContext,
  job: SweptJob,
  isDry: boolean,
): Promise<Recovery | undefined> {
  const run = await describeJob(context, job);
  if (run === undefined || !hasEnded(run.status)) return undefined;
  // A workflow closes its job before it ends: it may have done so since the row was read.
  const now = await context.ledger.sweep.startableJob(job.id, job.generation);
  if (now?.state !== 'open' || now.runId !== job.runId) return undefined;
  const end = await realEnd(context, run);
  const isOurs = isDry || (await closeSwept(context, job, end));
  const what = `its workflow was over (${run.status.name.toLowerCase()}): closed as ${nameOf(end.outcome)}`;
  return isOurs ? recovered('orphan', job, what) : undefined;
}

function nameOf(outcome: JobOutcome): string {
  return outcome.state === 'succeeded' ? outcome.state : `${outcome.state} (${outcome.error.code})`;
}
