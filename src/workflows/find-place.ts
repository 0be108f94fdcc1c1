import { condition, patched } from '@temporalio/workflow';
import type { AttemptRecord } from '../domain/attempt.ts';
import { backoffMs } from '../domain/attempt.ts';
import type { JobOutcome } from '../domain/job.ts';
import type { PlaceFallback, PlaceRequest } from '../domain/placement.ts';
import { isChoosy } from '../domain/choose-place.ts';
import { nodeQueue, poolQueue } from '../domain/queues.ts';
import { showPlace } from './job-display.ts';
import type { JobRun } from './job-run.ts';
import { enter } from './job-run.ts';
import { clearPlace, placeAttempt } from './ledger-call.ts';
import { FLEET_PATCH } from './patches.ts';

/** The queue that an attempt goes to, and how long it may stay there. */
export interface Target {
  readonly queue: string;
  /** The node whose own queue it is; undefined on a pool's. */
  readonly node: string | undefined;
  readonly scheduleToStartMs: number;
}

/** What looking for a place came to. */
export type FoundPlace =
  | { readonly kind: 'target'; readonly target: Target }
  /** There was none; now is the time to look again. */
  | { readonly kind: 'waited' }
  | { readonly kind: 'close'; readonly outcome: JobOutcome };

/** How often a job that waits for a node looks again, whatever it was told or not told. */
const LOOK_AGAIN = { initialMs: 1_000, maxMs: 60_000 };

/**
 * Where the next attempt goes. Without wishes and without a history it is the pool's queue, which
 * costs nothing; otherwise an orchestrator chooses, and the job waits here when there is no place.
 */
export async function findPlace(run: JobRun): Promise<FoundPlace> {
  const since = run.progress.pendingSince ?? Date.now();
  run.progress = { ...run.progress, pendingSince: since };
  if (!mustAsk(run)) {
    await releasePlace(run);
    return { kind: 'target', target: onPool(run, since) };
  }
  run.progress = { ...run.progress, wasPlaced: true };
  const { news } = run;
  let isOutdated = false;
  run.interrupt = () => (isOutdated = true);
  const placed = await placeAttempt(requestOf(run, since));
  // Any other answer has released what was held.
  run.holdsPlace = placed.kind === 'node';
  // Moved, or the node went, or another came, while the answer was on its way.
  const isStale = isOutdated || (placed.kind === 'wait' && run.news !== news);
  if (isStale) return { kind: 'waited' };
  switch (placed.kind) {
    case 'node': {
      const { node, incarnation, scheduleToStartMs } = placed;
      const queue = nodeQueue(node, incarnation);
      return { kind: 'target', target: { queue, node, scheduleToStartMs } };
    }
    case 'pool':
      return { kind: 'target', target: onPool(run, since) };
    case 'wait':
      await waitForNews(run, since, placed);
      return { kind: 'waited' };
    case 'fail': {
      const { code, message } = placed;
      return { kind: 'close', outcome: { state: 'failed', error: { code, message } } };
    }
  }
}

/** Whether the next attempt has waited so long that somebody shall look into it. */
export function isOverdue({ spec, progress }: JobRun): boolean {
  const since = progress.pendingSince;
  return since !== undefined && Date.now() - since >= patienceMs(spec);
}

/** Gives back the slot that is kept for a job which does not use it. */
export async function releasePlace(run: JobRun): Promise<void> {
  if (!run.holdsPlace) return;
  run.holdsPlace = false;
  const { id: job, generation, pool } = run.spec;
  await clearPlace({ job, generation, pool });
}

function mustAsk(run: JobRun): boolean {
  const { spec, progress } = run;
  if (isChoosy(spec)) return true;
  const hasReason = progress.avoid.length > 0 || progress.counts.refusals > 0 || isOverdue(run);
  return hasReason && patched(FLEET_PATCH);
}

/** An attempt that no node takes from the pool's queue in this time comes back to be looked at. */
function onPool({ spec }: JobRun, since: number): Target {
  const { alarmAfterMs, failAfterMs, reassignAfterMs } = spec.pending;
  const leftMs = failAfterMs === undefined ? Infinity : since + failAfterMs - Date.now();
  const scheduleToStartMs = Math.max(1_000, Math.min(alarmAfterMs, reassignAfterMs, leftMs));
  return { queue: poolQueue(spec.pool), node: undefined, scheduleToStartMs };
}

function patienceMs({ pending }: JobRun['spec']): number {
  return Math.min(pending.alarmAfterMs, pending.failAfterMs ?? Infinity);
}

/** What an orchestrator needs to know of the attempt that looks for a place. */
export function requestOf({ spec, progress }: JobRun, since: number): PlaceRequest {
  const { id: job, generation, kind, pool, pin, slots, labels, preferLabels, pending } = spec;
  const { epoch, avoid, attempts, counts } = progress;
  return {
    job,
    generation,
    epoch,
    kind,
    pool,
    pin,
    slots,
    labels,
    preferLabels,
    // A pool's queue would offer it to the node again that does not have the kind.
    needsNode: spec.liveness === 'lease' || slots > 1 || counts.refusals > 0,
    isFailover: attempts.at(-1)?.outcome === 'lost',
    silentNode: silentNodeOf(attempts.at(-1)),
    avoid,
    since,
    alarmAfterMs: pending.alarmAfterMs,
    failAfterMs: pending.failAfterMs,
  };
}

/** The node on which the last attempt fell silent: it may be gone, and not known to be yet. */
function silentNodeOf(last: AttemptRecord | undefined): string | undefined {
  const isSilent =
    last?.outcome === 'lost' && last.reason?.startsWith('heartbeat_timeout') === true;
  return isSilent ? last.node : undefined;
}

/** Waits until there may be a place, and says why. */
export async function waitForNews(
  run: JobRun,
  since: number,
  { why, until }: Extract<PlaceFallback, { kind: 'wait' }>,
): Promise<void> {
  if (run.waits === 0) showPlace(undefined, 'waiting');
  run.wasShown = true;
  enter(run, { kind: 'waiting', since, until, why });
  const { news } = run;
  const lookAgainMs = backoffMs(LOOK_AGAIN, run.waits++);
  const leftMs = until === undefined ? Infinity : Math.max(1, until - Date.now());
  await condition(() => run.news !== news, Math.min(lookAgainMs, leftMs));
}
