import { condition, continueAsNew, log, sleep, workflowInfo } from '@temporalio/workflow';
import { backoffMs } from '../domain/attempt.ts';
import type { JobOutcome } from '../domain/job.ts';
import type { job as jobWorkflow } from './job.ts';
import type { JobRun } from './job-run.ts';
import { enter, openingOf } from './job-run.ts';
import { allJudged } from './late-results.ts';
import { askGrant, openJob } from './ledger-call.ts';

/** How often a job that waits for resources asks for them, whatever it was told or not told. */
const ASK_AGAIN = { initialMs: 5_000, maxMs: 60_000 };

/** Waits until the job's rate allows it to start. */
export async function awaitStart(run: JobRun): Promise<void> {
  const { startsAt } = run.progress;
  if (startsAt === undefined) return;
  const { key, limit, windowMs } = run.spec.rate ?? {};
  const why = `waits for its rate: at most ${limit} jobs of ${key} start within ${windowMs! / 1000} s`;
  log.info('job.awaits_start', { job: run.spec.id, startsAt: new Date(startsAt).toISOString() });
  enter(run, { kind: 'waiting', since: Date.now(), until: startsAt, why });
  const leftMs = startsAt - Date.now();
  if (leftMs > 0) await sleep(leftMs, { summary: why.slice(0, 100) });
  run.progress = { ...run.progress, startsAt: undefined };
}

/**
 * Waits until the job holds all that it needs.
 *
 * @returns the outcome that is on record, when the ledger does not have the job open any more
 */
export async function awaitGrant(run: JobRun): Promise<JobOutcome | undefined> {
  const since = Date.now();
  for (let asked = 0; run.progress.awaitsGrant; asked++) {
    const { id: job, generation, pool, needs, priority } = run.spec;
    const { news } = run;
    const answer = await askGrant({ job, generation, pool, needs, priority });
    if (answer.kind === 'held') run.progress = { ...run.progress, awaitsGrant: false };
    if (answer.kind === 'missing') {
      // The ledger was restored from a backup that is older than the job.
      const opened = await openJob(openingOf(run));
      if (opened.kind === 'closed') return opened.outcome;
    }
    if (answer.kind === 'waiting') {
      if (asked === 0) log.info('job.awaits_grant', { job, why: answer.why });
      enter(run, { kind: 'waiting', since, until: undefined, why: answer.why });
      await condition(() => run.news !== news, backoffMs(ASK_AGAIN, asked));
    }
    if (run.progress.awaitsGrant && workflowInfo().continueAsNewSuggested) {
      await allJudged(run);
      await continueAsNew<typeof jobWorkflow>(run.request, run.progress);
    }
  }
  return undefined;
}
