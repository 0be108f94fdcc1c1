import { log } from '@temporalio/workflow';
import type { Decision } from '../domain/attempt.ts';
import type { PlanCode } from '../domain/plan-code.ts';
import { planCode } from '../domain/plan-code.ts';
import { executionId } from '../domain/plan-execution.ts';
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
  logPlan(run, epoch, { outcome, place }, decision);
}

/** Tells how an attempt of a schedule's run ended. */
function logPlan(
  { spec }: JobRun,
  epoch: number,
  { outcome, place }: AttemptEnding,
  decision: Decision,
): void {
  const { id: job, generation, plan, failover } = spec;
  if (plan === undefined || outcome.kind === 'refused' || outcome.kind === 'not_taken') return;
  const { schedule, scope, time } = plan;
  const { node, incarnation, startedAt, rowsAffected } = place;
  const errorCode = planCode(outcome, failover.maxAttempts > 0);
  const fields = {
    ...{ schedule, scope, time, attempt: epoch },
    executionId: executionId({ job, generation, epoch }),
    runner: incarnation === undefined ? node : `${node}/${incarnation}`,
    durationMs: startedAt === undefined ? undefined : Date.now() - startedAt,
    rowsAffected,
    errorCode,
    willRetry: decision.kind !== 'close',
  };
  if (outcome.kind === 'succeeded') log.info('plan.succeeded', fields);
  else if (isLeaseLost(errorCode)) log.warn('plan.lease_lost', fields);
  else log.warn('plan.failed', fields);
}

function isLeaseLost(code: PlanCode | undefined): boolean {
  return code === 'lease_lost' || code === 'stale_timeout';
}

function fieldsOf({ spec }: JobRun, epoch: number) {
  const { id, generation, kind, session } = spec;
  return { job: id, generation, epoch, kind, session: session?.id };
}
