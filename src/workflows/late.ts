import { condition, defineSignal, log, setHandler, workflowInfo } from '@temporalio/workflow';
import type { LateResult, TakenResult } from '../domain/late-result.ts';
import { LATE_RESULT_SIGNAL } from '../domain/messages.ts';
import type { Judgement } from '../domain/verdict.ts';
import { judgeResult } from './ledger-call.ts';

const lateResultSignal = defineSignal<[LateResult]>(LATE_RESULT_SIGNAL);

/**
 * Judges the results of an attempt whose job is closed. A node starts it with the signal that brings
 * the result; those that come while it runs are judged, too.
 *
 * @returns what became of each, in the order of arrival
 */
export async function late(): Promise<Judgement[]> {
  const { runId } = workflowInfo();
  const arrived: TakenResult[] = [];
  let arrivals = 0;
  setHandler(lateResultSignal, (result) => {
    arrived.push({ ...result, arrival: `${runId}/${arrivals++}` });
  });
  const judgements: Judgement[] = [];
  await condition(() => arrived.length > 0, FIRST_RESULT_MS);
  for (let next = arrived.shift(); next !== undefined; next = arrived.shift()) {
    const judgement = await judgeResult({ late: next, from: 'late' });
    const { job, generation, epoch, node } = next;
    log.info('late.judged', { job, generation, epoch, node, ...judgement });
    judgements.push(judgement);
  }
  return judgements;
}

/** The signal comes with the start; whoever starts it by hand without one shall not leave it open. */
const FIRST_RESULT_MS = 60_000;
