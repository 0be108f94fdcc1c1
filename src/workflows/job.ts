import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { CloseJob } from '../domain/activities.ts';
import type { AttemptOutcome, Decision } from '../domain/attempt.ts';
import { cancelled, decide } from '../domain/attempt.ts';
import type { JobProgress } from '../domain/job-progress.ts';
import { advance } from '../domain/job-progress.ts';
import type { JobOutcome, JobRequest } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import { DEFAULT_LEASE_MS } from '../domain/node.ts';
import { asPlanOutcome } from '../domain/plan-code.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import { awaitGrant, awaitStart } from './await-grant.ts';
import { failure } from './failure.ts';
import { findPlace, releasePlace } from './find-place.ts';
import { showPlace } from './job-display.ts';
import { logDispatch, logEnding } from './job-log.ts';
import type { JobRun } from './job-run.ts';
import { enter, openingOf, startRun } from './job-run.ts';
import { allJudged, judgeAsTheyCome, resultOf, settledOutcome } from './late-results.ts';
import { closeJob, excuseLoss, openJob } from './ledger-call.ts';
import { FLEET_PATCH } from './patches.ts';
import { runAttempt } from './run-attempt.ts';
import { runOnEach } from './run-on-each.ts';
import { awaitTurn } from './session-turn.ts';

/**
 * One job: open it in the ledger, run attempts until one settles it, close it in the ledger.
 * The workflow id `job/<id>` is the job's identity.
 *
 * @returns the handler's result
 * @throws ApplicationFailure whose type is a code of the error table
 */
export async function job(request: JobRequest, carried?: JobProgress): Promise<Json> {
  const run = startRun(request, carried);
  enter(run, { kind: 'opening', since: Date.now() });

  if (carried === undefined) {
    const opened = await openJob(openingOf(run));
    if (opened.kind === 'closed') {
      judgeAsTheyCome(run);
      await allJudged(run);
      return settle(run, opened.outcome);
    }
    const { awaitsTurn = false, startsAt, awaitsGrant = false } = opened;
    run.progress = { ...run.progress, awaitsTurn, startsAt, awaitsGrant };
  }
  judgeAsTheyCome(run);
  const outcome = await run.scope.run(() => runUntilSettled(run));
  enter(run, { kind: 'closing', since: Date.now() });
  run.isClosing = true;
  const closed = await close(run, outcome);
  run.isClosing = false;
  await allJudged(run);
  return settle(run, closed);
}

/** Puts the outcome on record; answers the one that is on record. */
async function close(run: JobRun, outcome: JobOutcome): Promise<JobOutcome> {
  const { firstExecutionRunId: runId } = workflowInfo();
  const { id: jobId, kind: jobKind, generation, session, pool } = run.spec;
  const inSession = session !== undefined;
  const hasNeeds = run.spec.needs.length > 0 || run.spec.rate !== undefined;
  const { attempts, wasPlaced } = run.progress;
  for (;;) {
    const closed = await closeJob({
      jobId,
      jobKind,
      generation,
      inSession,
      wasPlaced,
      ...(hasNeeds ? { hasNeeds } : {}),
      pool,
      runId,
      outcome,
      accepted: outcome.state === 'succeeded' ? acceptedOf(run) : undefined,
      attempts,
    });
    if (closed.kind === 'own') return outcome;
    if (closed.kind === 'earlier') {
      // An earlier run of this workflow task, which the server did not take, knew less than this one.
      if (run.accepted !== undefined) run.unjudged.unshift(run.accepted);
      return closed.outcome;
    }
    // The ledger was restored from a backup that is older than the job.
    const opened = await openJob(openingOf(run));
    if (opened.kind === 'closed') return opened.outcome;
  }
}

/** A job of placement `each` has one result of several attempts, which are other jobs'. */
function acceptedOf({ accepted, progress }: JobRun): CloseJob['accepted'] {
  if (accepted === undefined) return { epoch: progress.epoch, node: undefined };
  const { epoch, node, arrival } = accepted;
  return { epoch, node, arrival };
}

/** How a job ends whose scope was cancelled. */
function endedBy({ isPastDeadline, spec }: JobRun): JobOutcome {
  if (!isPastDeadline) return cancelled('the job was cancelled');
  const message = `it had not ended ${spec.deadlineMs / 1000} s after it was opened`;
  return { state: 'failed', error: { code: 'deadline_exceeded', message } };
}

function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

async function runUntilSettled(run: JobRun): Promise<JobOutcome> {
  try {
    const recorded = (await awaitTurn(run)) ?? (await awaitLimits(run));
    if (recorded !== undefined) return recorded;
    if (run.spec.placement === 'each') return await runOnEach(run);
    for (;;) {
      const outcome = settledOutcome(run) ?? (await runOnce(run));
      if (outcome !== undefined) return outcome;
      // The next run would know nothing of a cancellation of this one.
      if (isCancelled()) return settledOutcome(run) ?? endedBy(run);
      // A job that waits for days must not outgrow its history.
      if (workflowInfo().continueAsNewSuggested) await renew(run);
    }
  } catch (error) {
    if (isCancellation(error)) return settledOutcome(run) ?? endedBy(run);
    throw error;
  }
}

/** Its rate, then what it needs; answers the outcome that is on record, if there is one. */
async function awaitLimits(run: JobRun): Promise<JobOutcome | undefined> {
  await awaitStart(run);
  return awaitGrant(run);
}

/** Continues as new; the next run would know nothing of the results that have arrived. */
async function renew(run: JobRun): Promise<void> {
  await allJudged(run);
  if (run.settled === undefined) await continueAsNew<typeof job>(run.request, run.progress);
}

/** One turn of the loop: a place, an attempt, the decision after it, and the wait it asks for. */
async function runOnce(run: JobRun): Promise<JobOutcome | undefined> {
  const place = await findPlace(run);
  if (place.kind === 'waited' || run.settled !== undefined) return undefined;
  if (place.kind === 'close') return place.outcome;
  const { progress } = run;
  const { epoch } = progress;
  const { queue, node } = place.target;
  const at = node === undefined ? {} : { node };
  enter(run, { kind: 'dispatched', since: Date.now(), epoch, queue, ...at });
  logDispatch(run, place.target);
  const ending = await judged(run, await runAttempt(run, place.target));
  run.progress = advance(run.progress, ending.outcome, ending.place, Date.now(), run.spec);
  if (run.progress.epoch > epoch) run.waits = 0;
  // Whatever else became of it, an attempt of a cancelled job is not followed by another.
  const hasResult = ending.outcome.kind === 'succeeded' || run.settled !== undefined;
  if (isCancelled() && !hasResult) return endedBy(run);
  const settled = settledOutcome(run, epoch, ending);
  const decision: Decision =
    settled === undefined
      ? decide(run.spec, progress.counts, ending.outcome)
      : { kind: 'close', outcome: settled };
  logEnding(run, epoch, ending, decision);
  if (decision.kind === 'close') {
    run.accepted ??= resultOf(run, epoch, ending);
    if (progress.counts.losses > 0 || run.wasShown)
      showPlace(ending.place.node, decision.outcome.state);
    return decision.outcome;
  }
  await follow(run, ending, decision);
  return undefined;
}

/** A loss that is the fault of the fleet or of Temporal does not count against the job. */
async function judged(run: JobRun, ended: AttemptEnding): Promise<AttemptEnding> {
  const ending = run.spec.plan === undefined ? ended : ofPlan(ended);
  const { outcome } = ending;
  // What nobody may run again is not run again, whoever is to blame.
  if (run.spec.plan !== undefined && run.spec.failover.maxAttempts === 0) return ending;
  if (!isFleetLoss(outcome) || !patched(FLEET_PATCH)) return ending;
  const { spec, progress } = run;
  const loss = { pool: spec.pool, graceMs: spec.heartbeatMs };
  let excuse = await excuseLoss(loss);
  if (excuse === undefined && decide(spec, progress.counts, outcome).kind === 'close') {
    await pause(run, SECOND_LOOK_MS, 'its node was lost: perhaps others are, too');
    excuse = await excuseLoss(loss);
  }
  return excuse === undefined ? ending : { ...ending, outcome: { ...outcome, excuse } };
}

function ofPlan({ outcome, place }: AttemptEnding): AttemptEnding {
  return { outcome: asPlanOutcome(outcome), place };
}

/** The first losses of a storm are judged before it is known; what they would end waits for it. */
const SECOND_LOOK_MS = DEFAULT_LEASE_MS;

function isFleetLoss(outcome: AttemptOutcome): outcome is AttemptOutcome & { kind: 'lost' } {
  if (outcome.kind !== 'lost' || outcome.excuse !== undefined) return false;
  const { reason } = outcome;
  return reason === 'heartbeat_timeout' || reason === 'node_lost' || reason === 'node_fenced';
}

async function follow(
  run: JobRun,
  ending: AttemptEnding,
  decision: Exclude<Decision, { kind: 'close' }>,
): Promise<void> {
  switch (decision.kind) {
    case 'fail_over':
    case 'dispatch_again':
      if (ending.outcome.kind !== 'not_taken') showPlace(ending.place.node, 'failover');
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
  await releasePlace(run);
  if (run.settled !== undefined) return;
  const since = Date.now();
  enter(run, { kind: 'waiting', since, until: since + afterMs, why });
  const settled = new Promise<void>((resolve) => (run.onSettled = resolve));
  const timer = new CancellationScope();
  const slept = timer.run(() => sleep(afterMs, { summary: why.slice(0, 100) }));
  await Promise.race([slept, settled]);
  if (run.settled === undefined) return;
  timer.cancel();
  await slept.catch(() => undefined);
}

function settle(run: JobRun, outcome: JobOutcome): Json {
  enter(run, { kind: 'closed', since: Date.now(), outcome });
  if (outcome.state === 'succeeded') return outcome.result;
  throw failure(outcome);
}
