import { condition, continueAsNew, log, workflowInfo } from '@temporalio/workflow';
import { backoffMs } from '../domain/attempt.ts';
import type { JobOutcome } from '../domain/job.ts';
import type { job } from './job.ts';
import type { JobRun } from './job-run.ts';
import { enter, openingOf } from './job-run.ts';
import { allJudged } from './late-results.ts';
import { isTurn, openJob } from './ledger-call.ts';

/** How often a job that waits for its turn asks for it, whatever it was told or not told. */
const ASK_AGAIN = { initialMs: 5_000, maxMs: 60_000 };

/**
 * Waits until every earlier index of the job's strict session is closed or passed over.
 *
 * @returns the outcome that is on record, when the ledger does not have the job open any more
 */
export async function awaitTurn(run: JobRun): Promise<JobOutcome | undefined> {
  const { session, rate } = run.spec;
  if (session === undefined || !run.progress.awaitsTurn) return undefined;
  const why = `waits for its turn: an index before ${session.index} of session ${session.id} is not closed`;
  log.info('job.awaits_turn', { job: run.spec.id, session: session.id, index: session.index });
  enter(run, { kind: 'waiting', since: Date.now(), until: undefined, why });
  for (let asked = 0; run.progress.awaitsTurn; asked++) {
    const { news } = run;
    await condition(() => run.news !== news, backoffMs(ASK_AGAIN, asked));
    if (await isTurn(session)) run.progress = { ...run.progress, awaitsTurn: false };
    else if (workflowInfo().continueAsNewSuggested) {
      await allJudged(run);
      await continueAsNew<typeof job>(run.request, run.progress);
    }
  }
  return rate === undefined ? undefined : reserveStart(run);
}

/** A job has its place within its rate from its turn on: opened once more, it is told when it may start. */
async function reserveStart(run: JobRun): Promise<JobOutcome | undefined> {
  const opened = await openJob(openingOf(run));
  if (opened.kind === 'closed') return opened.outcome;
  const { startsAt, awaitsGrant = false } = opened;
  run.progress = { ...run.progress, startsAt, awaitsGrant };
  return undefined;
}
