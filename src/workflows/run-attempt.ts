import type { ActivityOptions } from '@temporalio/workflow';
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Dispatch, NodeActivities } from '../domain/activities.ts';
import type { AttemptPlace } from '../domain/attempt.ts';
import { attemptActivityId } from '../domain/ids.ts';
import type { JobSpec } from '../domain/job.ts';
import type { AttemptGone } from '../domain/messages.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import { endingOfError, endingOfReport } from './attempt-ending.ts';
import type { Target } from './find-place.ts';
import { isOverdue } from './find-place.ts';
import type { Interruption, JobRun } from './job-run.ts';
import { resultOf, takeLateResult } from './late-results.ts';
import { findAttempt } from './ledger-call.ts';

/** A job that was lost or failed has waited in the queue once already: it goes ahead. */
function priorityOf(
  { priority, fairnessKey }: JobSpec,
  isFirstOffer: boolean,
): NonNullable<ActivityOptions['priority']> {
  const priorityKey = isFirstOffer ? priority : Math.max(1, priority - 1);
  return { priorityKey, ...(fairnessKey === undefined ? {} : { fairnessKey }) };
}

/** Dispatches one attempt to a queue and waits for its end, which is never an error. */
export async function runAttempt(run: JobRun, target: Target): Promise<AttemptEnding> {
  const { epoch } = run.progress;
  const isFirstOffer = epoch === 1 && !isOverdue(run);
  const scope = new CancellationScope();
  const attempt = scope
    .run(() => startAttempt(run, target, isFirstOffer))
    .then(endingOfReport, endingOfError);
  const interrupted = new Promise<Interruption>((resolve) => {
    run.interrupt = (interruption) => {
      if (isOfTarget(interruption, target)) resolve(interruption);
    };
  });
  const first = await Promise.race([attempt, interrupted]);
  if (!('why' in first)) return withPlace(first, epoch, target);
  scope.cancel();
  if (first.why === 'late_result') return endingByLateResult(run, attempt);
  if (first.why === 'lost') {
    const ending = await endingWithNode(first, attempt, epoch, target);
    if (ending.outcome.kind === 'lost') takeWhenItEnds(run, epoch, attempt);
    return ending;
  }
  return takenBack(await withPlace(await attempt, epoch, target));
}

/** Late news of a node on which the attempt was placed before is none of the one under way. */
function isOfTarget(interruption: Interruption, { node }: Target): boolean {
  return !('node' in interruption) || node === undefined || interruption.node === node;
}

/** How long the server may take to cancel an attempt that has not started; it does so at once. */
const CANCEL_WITHIN_MS = 5_000;

/**
 * The ending of an attempt whose node was lost. What it said before counts: word of a node reaches a
 * workflow ahead of an ending that came with it. Whatever it says later is fenced by its epoch.
 */
async function endingWithNode(
  { node, wasRunning }: AttemptGone,
  attempt: Promise<AttemptEnding>,
  epoch: number,
  target: Target,
): Promise<AttemptEnding> {
  let ending: AttemptEnding | undefined;
  attempt.then(
    (ended) => (ending = ended),
    () => undefined,
  );
  const place = await findThisAttempt(epoch);
  const said = ending;
  if (said !== undefined && said.outcome.kind !== 'cancelled') {
    return withPlace(said, epoch, target);
  }
  const lost = { kind: 'lost', reason: 'node_lost' } as const;
  const there = { ...place, node };
  if (wasRunning || place.node !== undefined) return { outcome: lost, place: there };
  await condition(() => ending !== undefined, CANCEL_WITHIN_MS);
  if (ending !== undefined) return takenBack(await withPlace(ending, epoch, target));
  return { outcome: { ...lost, excuse: 'it had not started' }, place: there };
}

/** The ending of an attempt that is needless: its own result, or an earlier attempt's, is here. */
async function endingByLateResult(
  run: JobRun,
  attempt: Promise<AttemptEnding>,
): Promise<AttemptEnding> {
  const { epoch } = run.progress;
  const { result, node, startedAt, ...late } = run.settled!;
  // Its own result too, when the late one is a copy of it that was heard first.
  takeWhenItEnds(run, epoch, attempt);
  if (late.epoch === epoch) {
    return { outcome: { kind: 'succeeded', result }, place: { node, startedAt } };
  }
  const why = `the late result of attempt ${late.epoch} was accepted`;
  return { outcome: { kind: 'cancelled', why }, place: await findThisAttempt(epoch) };
}

/** A result of an attempt that is waited for no longer is still one. */
function takeWhenItEnds(run: JobRun, epoch: number, attempt: Promise<AttemptEnding>): void {
  attempt.then(
    (ending) => {
      const late = resultOf(run, epoch, ending);
      if (late !== undefined) takeLateResult(run, late);
    },
    () => undefined,
  );
}

function startAttempt({ spec, progress }: JobRun, target: Target, isFirstOffer: boolean) {
  const { epoch, resultToken } = progress;
  const node = proxyActivities<NodeActivities>({
    taskQueue: target.queue,
    activityId: attemptActivityId(epoch),
    summary: `${spec.kind} #${epoch}`,
    scheduleToStartTimeout: target.scheduleToStartMs,
    startToCloseTimeout: spec.timeoutMs,
    ...(spec.liveness === 'lease' ? {} : { heartbeatTimeout: spec.heartbeatMs }),
    // This workflow counts and places every attempt itself.
    retry: { maximumAttempts: 1 },
    priority: priorityOf(spec, isFirstOffer),
    // A cancelled job is closed when its handler has stopped, or is known to be lost.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
  return node.runJob(dispatchOf(spec, epoch, resultToken));
}

function dispatchOf(spec: JobSpec, epoch: number, resultToken: string | undefined): Dispatch {
  const { id, generation, kind, pool, input, session, slots, plan, liveness } = spec;
  return {
    job: id,
    generation,
    epoch,
    kind,
    pool,
    input,
    ...(session === undefined ? {} : { session }),
    ...(resultToken === undefined ? {} : { resultToken }),
    ...(slots === 1 ? {} : { slots }),
    ...(plan === undefined ? {} : { plan }),
    ...(liveness === 'lease' ? { byLease: true } : {}),
  };
}

/** An attempt that was called back had not started, or gives way like one of a stopping node. */
function takenBack(ending: AttemptEnding): AttemptEnding {
  const isCancelled = CancellationScope.current().consideredCancelled;
  if (ending.outcome.kind !== 'cancelled' || isCancelled) return ending;
  const hadStarted = ending.place.node !== undefined;
  return { ...ending, outcome: { kind: hadStarted ? 'handed_back' : 'not_taken' } };
}

/** A timeout without a heartbeat, or a cancellation, says nothing of the node; the history does. */
async function withPlace(
  ending: AttemptEnding,
  epoch: number,
  target: Target,
): Promise<AttemptEnding> {
  const { outcome } = ending;
  const { kind } = outcome;
  if (kind === 'not_taken') {
    const node = ending.place.node ?? target.node;
    return { ...ending, place: { ...ending.place, node } };
  }
  const saysNothing =
    kind === 'lost' || kind === 'cancelled' || (kind === 'refused' && outcome.isUnread === true);
  if (ending.place.node !== undefined || !saysNothing) return ending;
  return { ...ending, place: await findThisAttempt(epoch) };
}

function findThisAttempt(epoch: number): Promise<AttemptPlace> {
  const { workflowId, runId } = workflowInfo();
  return findAttempt({ workflowId, runId, activityId: attemptActivityId(epoch) });
}
