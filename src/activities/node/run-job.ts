import { CompleteAsyncError, Context } from '@temporalio/activity';
import type { AttemptBeat, Dispatch, NodeActivities } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import type { Admission } from './attempt-admission.ts';
import { admit } from './attempt-admission.ts';
import { fenced, handedBack } from './attempt-failure.ts';
import { startHeartbeat } from './attempt-heartbeat.ts';
import type { SaidByHandler } from './attempt-log.ts';
import { attemptIds, handlerEvents, logEnd } from './attempt-log.ts';
import type { RefusalDeps } from './attempt-refusal.ts';
import { refuse } from './attempt-refusal.ts';
import type { AttemptStop } from './attempt-stop.ts';
import { watchForStop } from './attempt-stop.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
import { verdictOn } from './attempt-verdict.ts';
import type { BringResultDeps } from './bring-result.ts';
import { bringResult } from './bring-result.ts';
import type { HandlerEnd, HandlerExecutor } from './handler-executor.ts';
import type { NodeLease } from './node-lease.ts';
import type { RunningAttempts } from './running-attempts.ts';
import type { BeatAnswer, SendBeat } from './send-beat.ts';

/** What a node's attempts tell its process; none of these may throw. */
interface AttemptEvents {
  attemptStarted(): void;
  attemptEnded(attempt: { readonly kind: string; readonly outcome: string }, tookMs: number): void;
}

/** What {@link createNodeActivities} works with. */
export interface NodeActivityDeps extends RefusalDeps, BringResultDeps {
  readonly executor: HandlerExecutor;
  readonly events: AttemptEvents;
  readonly running: RunningAttempts;
  /** Which start of the node this is. */
  readonly incarnation: string;
  readonly lease: Pick<NodeLease, 'isFresh' | 'named'>;
  readonly sendBeat: SendBeat;
  readonly leaseMs: number;
  /** How long a handler may run on after it was told to stop. */
  readonly cancelGraceMs: number;
}

/** One attempt on its way through the node. */
interface Attempt {
  readonly dispatch: Dispatch;
  readonly context: Context;
  readonly place: {
    readonly node: string;
    readonly startedAt: number;
    readonly incarnation: string;
  };
  readonly ids: object;
  /** What its handler has said so far. */
  readonly said: SaidByHandler;
  /** When the last heartbeat of its own went out. */
  beatAt?: number;
  readonly stopping: AttemptStop;
}

/** The longest wait for the answer to an attempt's own heartbeat. */
const ANSWER_MS = 2_000;

/**
 * What a node does for the workflows of jobs. A result is brought to the server by a call of the
 * node's own: `runJob` never returns.
 */
export function createNodeActivities(deps: NodeActivityDeps): NodeActivities {
  return {
    runJob: async (dispatch) => {
      refuse(deps, dispatch);
      const context = Context.current();
      const { node, incarnation } = deps;
      const place = { node, startedAt: Date.now(), incarnation };
      const ids = { ...attemptIds(dispatch, node), startedAt: place.startedAt };
      const stopping = watchForStop(context, deps.cancelGraceMs);
      const attempt: Attempt = { dispatch, context, place, ids, said: {}, stopping };
      const stopBeating = dispatch.byLease === true ? undefined : startBeating(attempt);
      try {
        return await runInSlot(deps, attempt);
      } finally {
        stopBeating?.();
        stopping.dispose();
      }
    },
  };
}

function startBeating(attempt: Attempt): () => void {
  return startHeartbeat(attempt.context, () => beatOf(attempt));
}

function beatOf(attempt: Attempt): AttemptBeat {
  attempt.beatAt = Date.now();
  const { dispatch, place, said } = attempt;
  const { progress } = said;
  return {
    ...place,
    ...storyOf(attempt),
    epoch: dispatch.epoch,
    ...(progress === undefined ? {} : { progress }),
  };
}

/** What goes on record of an attempt beside where and when it ran. */
function storyOf({ beatAt, said }: Attempt): Pick<AttemptPlace, 'beatAt' | 'rowsAffected'> {
  const { rowsAffected } = said;
  return {
    ...(beatAt === undefined ? {} : { beatAt }),
    ...(rowsAffected === undefined ? {} : { rowsAffected }),
  };
}

/** A heartbeat that is answered. */
async function beat({ sendBeat }: NodeActivityDeps, attempt: Attempt): Promise<BeatAnswer> {
  const { context } = attempt;
  const answer = await sendBeat(context.info.taskToken, beatOf(attempt), ANSWER_MS);
  // So that the SDK hears of it too, and reports the attempt as cancelled.
  if (answer === 'cancelled') context.heartbeat(beatOf(attempt));
  return answer;
}

async function runInSlot(deps: NodeActivityDeps, attempt: Attempt): Promise<never> {
  const { job, generation, epoch, slots } = attempt.dispatch;
  const leave = await deps.gate.enter(attempt.stopping.stop, slots);
  if (leave === undefined) throw withoutSlot(deps, attempt);
  const running = {
    held: { job, generation, epoch },
    beat: () => beat(deps, attempt),
    halt: attempt.stopping.halt,
  };
  deps.running.add(running);
  let outcome: AttemptVerdict['outcome'] = 'lost';
  const begunAt = performance.now();
  deps.events.attemptStarted();
  try {
    // Until the answer is there it has its slot, and its heartbeats go on.
    const verdict = await bringResult(deps, attempt, await runHandler(deps, attempt));
    outcome = verdict.outcome;
    logEnd(deps.log, attempt.ids, verdict, performance.now() - begunAt);
    if ('failure' in verdict) throw verdict.failure;
    // What there was to say is said: the SDK shall send nothing.
    throw new CompleteAsyncError();
  } finally {
    const { kind } = attempt.dispatch;
    deps.events.attemptEnded({ kind, outcome }, performance.now() - begunAt);
    leave();
    deps.running.remove(running, outcome === 'handed_back');
  }
}

/** No slot was free in time, the node takes no more work, or the attempt was stopped meanwhile. */
function withoutSlot(
  { node, log, gate }: NodeActivityDeps,
  { dispatch, ids, stopping, context }: Attempt,
) {
  const nowhere: AttemptPlace = { node, startedAt: undefined };
  const cause = stopping.cause();
  if (cause !== undefined && cause !== 'node_stopping') {
    const verdict = verdictOn({ kind: 'terminated' }, cause, nowhere, cancellationOf(context));
    if ('failure' in verdict) return verdict.failure;
  }
  const why = gate.whyClosed() ?? tooFewFree(dispatch.slots);
  log.info({ ...ids, why }, 'attempt.handed_back');
  return handedBack(nowhere, why);
}

function tooFewFree(slots = 1): string {
  return slots === 1 ? 'no slot was free' : `fewer than ${slots} slots were free`;
}

async function runHandler(deps: NodeActivityDeps, attempt: Attempt): Promise<AttemptVerdict> {
  const { context, dispatch, ids, place, said, stopping } = attempt;
  const admission = await admitAttempt(deps, attempt);
  if (admission === 'gone') {
    return { outcome: 'lost', reason: 'gone_before_start', failure: fenced(place) };
  }
  const { stop, kill } = stopping;
  const events = handlerEvents(deps.log, ids, said, dispatch);
  const end: HandlerEnd =
    admission === 'stopped'
      ? { kind: 'terminated' }
      : await deps.executor.run({ dispatch, node: deps.node, stop, kill, events });
  const told = { ...place, ...storyOf(attempt) };
  return verdictOn(end, stopping.cause(), told, cancellationOf(context));
}

function admitAttempt(deps: NodeActivityDeps, attempt: Attempt): Promise<Admission> {
  const { lease, leaseMs } = deps;
  return admit(
    {
      lease,
      leaseMs,
      byLease: attempt.dispatch.byLease === true,
      nowMs: () => performance.now(),
      beat: () => beat(deps, attempt),
    },
    attempt.stopping.stop,
  );
}

function cancellationOf(context: Context): Error | undefined {
  return context.cancellationSignal.reason as Error | undefined;
}
