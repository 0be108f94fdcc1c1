import { CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
import type { JobOutcome } from '../domain/job.ts';
import type { TakenResult } from '../domain/late-result.ts';
import { reconciles } from '../domain/late-result.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import type { JobRun } from './job-run.ts';
import { judgeResult } from './ledger-call.ts';

/**
 * Takes in a result that the attempt under way did not bring: it settles the job, or is kept to be
 * put on record.
 */
export function takeLateResult(run: JobRun, late: TakenResult): void {
  const { phase, progress, spec } = run;
  const isOver = run.settled !== undefined || phase.kind === 'closing' || phase.kind === 'closed';
  const isDispatched = phase.kind === 'dispatched' && phase.epoch === progress.epoch;
  // Another may be of an earlier run of the job, whose token the ledger knows.
  const isOurs = late.generation === spec.generation && late.token === progress.resultToken;
  if (isOurs && !isOver && reconciles(spec.reconcile, late.epoch, progress.epoch, isDispatched)) {
    run.settled = late;
    run.news++;
    run.interrupt({ why: 'late_result' });
    run.onSettled();
  } else {
    run.unjudged.push(late);
  }
}

/**
 * The end of a job that a late result has settled. What the attempt itself brought meanwhile is put
 * on record later.
 */
export function settledOutcome(
  run: JobRun,
  epoch?: number,
  ending?: AttemptEnding,
): JobOutcome | undefined {
  const late = run.settled;
  if (late === undefined) return undefined;
  if (epoch !== undefined && epoch !== late.epoch && ending !== undefined) {
    const own = resultOf(run, epoch, ending);
    if (own !== undefined) run.unjudged.push(own);
  }
  run.accepted = late;
  return { state: 'succeeded', result: late.result };
}

/** The result that an attempt ended with; undefined when it has none. */
export function resultOf(
  { spec, progress }: JobRun,
  epoch: number,
  { outcome, place: { node, startedAt } }: AttemptEnding,
): TakenResult | undefined {
  if (outcome.kind !== 'succeeded' || node === undefined || startedAt === undefined) {
    return undefined;
  }
  const { id: job, generation } = spec;
  const { resultToken: token } = progress;
  const arrival = `${workflowInfo().firstExecutionRunId}/attempt/${epoch}`;
  return { job, generation, epoch, node, token, result: outcome.result, startedAt, arrival };
}

/**
 * Puts on record, as it comes, what arrives beside the result that the job ends with. While the job is
 * closed it waits: what becomes of a result depends on that.
 */
export function judgeAsTheyCome(run: JobRun): void {
  run.judging = CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => run.unjudged.length > 0 && !run.isClosing);
      const late = run.unjudged[0]!;
      const judgement = await judgeResult({ late, from: 'job' });
      log.info('job.result_judged', { epoch: late.epoch, node: late.node, ...judgement });
      run.unjudged = run.unjudged.filter((other) => other !== late);
    }
  });
  // Whoever waits for it hears of its failure.
  run.judging.catch(() => undefined);
}

/** Waits until everything that has arrived is on record. */
export async function allJudged(run: JobRun): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    Promise.race([run.judging, condition(() => run.unjudged.length === 0)]),
  );
}
