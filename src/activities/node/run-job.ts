import { Context } from '@temporalio/activity';
import type { AttemptReport, Dispatch, NodeActivities } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import type { Json } from '../../domain/json.ts';
import { handedBack, refused } from './attempt-failure.ts';
import { startHeartbeat } from './attempt-heartbeat.ts';
import { watchForStop } from './attempt-stop.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
import { verdictOn } from './attempt-verdict.ts';
import type { HandlerEvents, HandlerExecutor } from './handler-executor.ts';
import type { NodeLog } from './node-log.ts';

/** What a node's attempts tell its process; none of these may throw. */
interface AttemptEvents {
  attemptStarted(): void;
  attemptEnded(attempt: { readonly kind: string; readonly outcome: string }, tookMs: number): void;
}

/** What {@link createNodeActivities} works with. */
export interface NodeActivityDeps {
  /** The name of the node. */
  readonly node: string;
  readonly pool: string;
  /** The kinds that the executor can run. */
  readonly kinds: readonly string[];
  readonly executor: HandlerExecutor;
  readonly log: NodeLog;
  readonly events: AttemptEvents;
  /** True from the moment the node takes no new work. */
  readonly isStopping: () => boolean;
  /** How long a handler may run on after it was told to stop. */
  readonly cancelGraceMs: number;
}

/** The most bytes of JSON that a handler's progress may have; a heartbeat must stay small. */
const PROGRESS_LIMIT_BYTES = 16_384;

/** What a node does for workflows. */
export function createNodeActivities(deps: NodeActivityDeps): NodeActivities {
  return {
    runJob: async (dispatch) => {
      refuse(deps, dispatch);
      return runAttempt(deps, dispatch);
    },
  };
}

/** Throws when this node will not run the attempt at all. */
function refuse(
  { node, pool, kinds, log, isStopping }: NodeActivityDeps,
  dispatch: Dispatch,
): void {
  const nowhere: AttemptPlace = { node, startedAt: undefined };
  const ids = fieldsOf(dispatch, node);
  if (isStopping()) {
    log.info(ids, 'attempt.handed_back');
    throw handedBack(nowhere);
  }
  if (!kinds.includes(dispatch.kind)) {
    log.info(ids, 'attempt.refused');
    const ours = `it runs: ${kinds.join(', ')}`;
    throw refused(
      nowhere,
      `node ${node} of pool ${pool} does not run kind "${dispatch.kind}"; ${ours}`,
    );
  }
}

async function runAttempt(deps: NodeActivityDeps, dispatch: Dispatch): Promise<AttemptReport> {
  const context = Context.current();
  const { node, executor } = deps;
  const place = { node, startedAt: Date.now() };
  const ids = { ...fieldsOf(dispatch, node), startedAt: place.startedAt };
  const begunAt = performance.now();
  const progress: { newest?: Json } = {};
  const events = eventsOf(deps.log, ids, progress);
  const stopping = watchForStop(context, deps.cancelGraceMs);
  const stopBeating = startHeartbeat(context, () => ({
    ...place,
    epoch: dispatch.epoch,
    ...(progress.newest === undefined ? {} : { progress: progress.newest }),
  }));
  deps.events.attemptStarted();
  let outcome: AttemptVerdict['outcome'] = 'lost';
  try {
    const { stop, kill } = stopping;
    const end = await executor.run({ dispatch, node, stop, kill, events });
    const cancellation = context.cancellationSignal.reason as Error | undefined;
    const verdict = verdictOn(end, stopping.cause(), place, cancellation);
    outcome = verdict.outcome;
    logEnd(deps.log, ids, verdict, performance.now() - begunAt);
    if (verdict.outcome === 'succeeded') return verdict.report;
    throw verdict.failure;
  } finally {
    deps.events.attemptEnded({ kind: dispatch.kind, outcome }, performance.now() - begunAt);
    stopBeating();
    stopping.dispose();
  }
}

function eventsOf(log: NodeLog, ids: object, progress: { newest?: Json }): HandlerEvents {
  let hasWarned = false;
  return {
    started: () => log.info(ids, 'attempt.started'),
    // Ours come last: a handler's field named `job` must not hide which job it was.
    log: (level, message, fields) => log[level]({ ...fields, ...ids }, message),
    progress: (json) => {
      const bytes = Buffer.byteLength(json);
      if (bytes <= PROGRESS_LIMIT_BYTES) {
        progress.newest = JSON.parse(json) as Json;
      } else if (!hasWarned) {
        hasWarned = true;
        log.warn({ ...ids, bytes, limitBytes: PROGRESS_LIMIT_BYTES }, 'attempt.progress_dropped');
      }
    },
  };
}

function logEnd(log: NodeLog, ids: object, verdict: AttemptVerdict, tookMs: number): void {
  const { outcome } = verdict;
  const why = outcome === 'succeeded' ? {} : { reason: verdict.reason.slice(0, 1_000) };
  const stack = outcome === 'failed' ? { stack: verdict.failure.stack } : {};
  log.info({ ...ids, outcome, ...why, tookMs: Math.round(tookMs), ...stack }, 'attempt.ended');
}

function fieldsOf({ job, generation, epoch, kind, session }: Dispatch, node: string): object {
  return { job, generation, epoch, kind, node, ...(session === undefined ? {} : { session }) };
}
