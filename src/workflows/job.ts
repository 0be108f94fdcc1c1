import {
  CancellationScope,
  continueAsNew,
  defineQuery,
  isCancellation,
  log,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Decision } from '../domain/attempt.ts';
import { cancelled, decide } from '../domain/attempt.ts';
import { invalid } from '../domain/errors.ts';
import { parseJobWorkflowId } from '../domain/ids.ts';
import type { JobProgress } from '../domain/job-progress.ts';
import { advance, NO_PROGRESS } from '../domain/job-progress.ts';
import type { JobOutcome, JobRequest, JobSpec } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { JobPhase, JobStatus } from '../domain/messages.ts';
import { STATUS_QUERY } from '../domain/messages.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import { failure, orFail } from './failure.ts';
import { showDetails, showPlace } from './job-display.ts';
import { closeJob, openJob } from './ledger-call.ts';
import { runAttempt, targetQueue } from './run-attempt.ts';

const statusQuery = defineQuery<JobStatus>(STATUS_QUERY);

/** A job while its workflow runs: what it is, where it is, and what it has spent. */
interface JobRun {
  readonly spec: JobSpec;
  readonly request: JobRequest;
  phase: JobPhase;
  progress: JobProgress;
}

/**
 * One job: open it in the ledger, run attempts until one settles it, close it in the ledger.
 * The workflow id `job/<id>` is the job's identity.
 *
 * @returns the handler's result
 * @throws ApplicationFailure whose type is a code of the error table
 */
export async function job(request: JobRequest, carried?: JobProgress): Promise<Json> {
  const run = startRun(request, carried ?? NO_PROGRESS);
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  setHandler(statusQuery, () => ({ phase: run.phase, ...run.progress }));
  enter(run, { kind: 'opening', since: Date.now() });

  if (carried === undefined) {
    const opened = await openJob({ spec: run.spec, workflowId, runId });
    if (opened.kind === 'closed') return settle(run, opened.outcome);
  }
  const outcome = await runUntilSettled(run);
  enter(run, { kind: 'closing', since: Date.now() });
  return settle(run, await close(run, outcome));
}

/** Puts the outcome on record; answers the one that is on record. */
async function close(run: JobRun, outcome: JobOutcome): Promise<JobOutcome> {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  const { id: jobId, kind: jobKind, generation, session } = run.spec;
  const inSession = session !== undefined;
  const { attempts } = run.progress;
  for (;;) {
    const closed = await closeJob({
      jobId,
      jobKind,
      generation,
      inSession,
      runId,
      outcome,
      attempts,
    });
    if (closed.kind === 'own') return outcome;
    if (closed.kind === 'earlier') return closed.outcome;
    // The ledger was restored from a backup that is older than the job.
    const opened = await openJob({ spec: run.spec, workflowId, runId });
    if (opened.kind === 'closed') return opened.outcome;
  }
}

function startRun(request: JobRequest, progress: JobProgress): JobRun {
  const spec = orFail(() => {
    const { workflowId } = workflowInfo();
    const ids = parseJobWorkflowId(workflowId);
    if (ids === undefined) throw invalid('workflow id', 'job/<id>', workflowId);
    return resolveJobSpec(ids.jobId, ids.generation, request);
  });
  return { spec, request, progress, phase: { kind: 'opening', since: Date.now() } };
}

const CANCELLED = 'the job was cancelled';

function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

async function runUntilSettled(run: JobRun): Promise<JobOutcome> {
  try {
    for (;;) {
      const outcome = await runOnce(run);
      if (outcome !== undefined) return outcome;
      // The next run would know nothing of a cancellation of this one.
      if (isCancelled()) return cancelled(CANCELLED);
      // A job that waits for days must not outgrow its history.
      if (workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof job>(run.request, run.progress);
      }
    }
  } catch (error) {
    if (isCancellation(error)) return cancelled(CANCELLED);
    throw error;
  }
}

/** One turn of the loop: an attempt, the decision after it, and the wait it asks for. */
async function runOnce(run: JobRun): Promise<JobOutcome | undefined> {
  const { spec, progress } = run;
  const { epoch } = progress;
  const queue = targetQueue(spec);
  enter(run, { kind: 'dispatched', since: Date.now(), epoch, queue });
  const ending = await runAttempt(spec, epoch, queue);
  run.progress = advance(progress, ending.outcome, ending.place, Date.now());
  // Whatever else became of it, an attempt of a cancelled job is not followed by another.
  if (isCancelled() && ending.outcome.kind !== 'succeeded') return cancelled(CANCELLED);
  const decision = decide(spec, progress.counts, ending.outcome);
  logDecision(run, epoch, ending, decision);
  if (decision.kind === 'close') {
    if (progress.counts.losses > 0) showPlace(ending.place.node, decision.outcome.state);
    return decision.outcome;
  }
  await follow(run, ending, decision);
  return undefined;
}

async function follow(
  run: JobRun,
  ending: AttemptEnding,
  decision: Exclude<Decision, { kind: 'close' }>,
): Promise<void> {
  switch (decision.kind) {
    case 'fail_over':
    case 'dispatch_again':
      showPlace(ending.place.node, 'failover');
      return;
    case 'wait':
      if (run.progress.counts.refusals === 1) showPlace(undefined, 'waiting');
      return pause(run, decision.afterMs, decision.why);
    case 'retry':
      return pause(run, decision.afterMs, `retry after a failure: ${decision.why}`);
  }
}

async function pause(run: JobRun, afterMs: number, why: string): Promise<void> {
  if (afterMs === 0) return;
  const since = Date.now();
  enter(run, { kind: 'waiting', since, until: since + afterMs, why });
  await sleep(afterMs, { summary: why.slice(0, 100) });
}

function enter(run: JobRun, phase: JobPhase): void {
  run.phase = phase;
  showDetails(run.spec, phase, run.progress);
}

function logDecision(run: JobRun, epoch: number, ending: AttemptEnding, decision: Decision): void {
  const { id, generation, kind, session } = run.spec;
  const fields = { job: id, generation, epoch, kind, session: session?.id };
  const { outcome, place } = ending;
  if (outcome.kind === 'lost') {
    log.warn('job.timed_out', { ...fields, node: place.node, why: outcome.reason });
  }
  if (decision.kind === 'fail_over' || decision.kind === 'dispatch_again') {
    log.warn('job.failover_dispatched', {
      ...fields,
      epoch: epoch + 1,
      fromNode: place.node,
      toQueue: targetQueue(run.spec),
      why: decision.why,
    });
  } else if (decision.kind !== 'close') {
    const { afterMs, why } = decision;
    log.info(decision.kind === 'retry' ? 'job.retry' : 'job.waiting', { ...fields, afterMs, why });
  }
}

function settle(run: JobRun, outcome: JobOutcome): Json {
  enter(run, { kind: 'closed', since: Date.now(), outcome });
  if (outcome.state === 'succeeded') return outcome.result;
  throw failure(outcome);
}
