import type { Context } from '@temporalio/activity';
import type { AttemptReport, Dispatch } from '../../domain/activities.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
import type { CompleteAttempt, KeepLate } from './complete-attempt.ts';

/** What {@link bringResult} works with. */
export interface BringResultDeps {
  readonly complete: CompleteAttempt;
  readonly keepLate: KeepLate;
}

/** The attempt whose result it is. */
interface BroughtAttempt {
  readonly context: Context;
  readonly dispatch: Dispatch;
  readonly place: { readonly node: string; readonly startedAt: number };
}

/** The longest wait for the server's answer to a result. */
const ANSWER_MS = 3_000;

/**
 * Brings a result to the server and waits for the answer: the SDK would send it and tell nobody what
 * the server said. One that the server does not take, or that nobody can say it took, is kept as a
 * late result: if it got through after all, it is a duplicate by then, and does no harm.
 */
export async function bringResult(
  deps: BringResultDeps,
  { context, dispatch, place }: BroughtAttempt,
  verdict: AttemptVerdict,
): Promise<AttemptVerdict> {
  if (verdict.outcome !== 'succeeded' && verdict.outcome !== 'late') return verdict;
  const { report } = verdict;
  const reason = verdict.outcome === 'late' ? verdict.reason : await whyLate(deps, context, report);
  if (reason === undefined) return verdict;
  await deps.keepLate(context.info.workflowExecution!.workflowId, {
    job: dispatch.job,
    generation: dispatch.generation,
    epoch: dispatch.epoch,
    node: place.node,
    startedAt: place.startedAt,
    token: dispatch.resultToken,
    result: report.result,
  });
  return { outcome: 'late', reason, report };
}

/** Why a result is late; undefined when the server has it. */
async function whyLate(
  { complete }: BringResultDeps,
  { info }: Context,
  report: AttemptReport,
): Promise<'gone' | 'no_answer' | undefined> {
  try {
    const answer = await complete(info.taskToken, report, ANSWER_MS);
    return answer === 'gone' ? 'gone' : undefined;
  } catch {
    return 'no_answer';
  }
}
