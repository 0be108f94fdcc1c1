import { log } from '@temporalio/workflow';
import type { Decision } from '../domain/attempt.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import type { Target } from './find-place.ts';
import type { JobRun } from './job-run.ts';

/** Tells where an attempt goes that follows one which a node lost or gave back. */
export function logDispatch(run: JobRun, { queue }: Target): void {
  const { epoch, attempts } = run.progress;
  const last = attempts.at(-1);
  if (last?.outcome !== 'lost' && last?.outcome !== 'handed_back') return;
  const why = last.reason ?? last.outcome;
  const fields = { ...fieldsOf(run, epoch), fromNode: last.node, toQueue: queue, why };
  log.warn('job.failover_dispatched', fields);
}

/** Tells how an attempt ended, where its end was not the job's. */
export function logEnding(
  run: JobRun,
  epoch: number,
  { outcome, place }: AttemptEnding,
  decision: Decision,
): void {
  const fields = fieldsOf(run, epoch);
  if (outcome.kind === 'lost') {
    const { reason: why, excuse } = outcome;
    log.warn('job.timed_out', { ...fields, node: place.node, why, excuse });
  }
  if (decision.kind === 'retry' || decision.kind === 'wait') {
    const { afterMs, why } = decision;
    log.info(decision.kind === 'retry' ? 'job.retry' : 'job.waiting', { ...fields, afterMs, why });
  }
}

function fieldsOf({ spec }: JobRun, epoch: number) {
  const { id, generation, kind, session } = spec;
  return { job: id, generation, epoch, kind, session: session?.id };
}
