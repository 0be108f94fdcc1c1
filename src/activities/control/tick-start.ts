import { Context } from '@temporalio/activity';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { isRefusedForGood } from '../../domain/temporal-error.ts';
import type { StartedPlans, TickActivities } from '../../domain/tick.ts';
import type { UnstartedPlan } from '../../ledger/planned-runs.ts';
import type { StartDeps } from './start-plan.ts';
import { looksAtOthers, startPlan } from './start-plan.ts';

/** Plans that are claimed, started at once and marked together: a repetition goes on after them. */
const CHUNK = 32;

/**
 * No start begins later than this. An activity has 2 minutes, and a start may take half a minute when
 * the code that computes its input hangs.
 */
const BEGIN_MS = 60_000;

/** Plans are started so long before they are due, by a delayed start: jitter is then kept exactly. */
const AHEAD_MS = 600_000;

/** Code that computes an input may fail now and then. */
const TRIES = 3;

/**
 * Starts the jobs of plans that are due and were not started, as many as there is time for. Repeated, also
 * after half of it was done, it starts none twice. One that cannot be started holds up no other: it is
 * told, and left for the next tick.
 *
 * @throws what it was refused with, where another try at once may mend that
 */
export async function startPlanned(
  deps: StartDeps,
  { schedule, limit, skip = 0 }: Parameters<TickActivities['startPlanned']>[0],
): Promise<StartedPlans> {
  const until = performance.now() + BEGIN_MS;
  const found = await deps.ledger.schedules.unstarted(schedule, { limit, skip, aheadMs: AHEAD_MS });
  const ready = found.filter((plan) => plan.waitMs <= 0 || !looksAtOthers(plan));
  const refused: Refusal[] = [];
  let started = 0;
  let at = 0;
  for (; at < ready.length && performance.now() < until; at += CHUNK) {
    const ended = await startChunk(deps, schedule, ready.slice(at, at + CHUNK), until);
    started += ended.started.length;
    refused.push(...ended.refused);
    const away = ended.refused.find(({ error }) => isAway(error));
    if (away !== undefined) throw away.error;
  }
  const isTimeOver = performance.now() >= until;
  const more = ready.length > 0 && (found.length === limit || isTimeOver);
  const [first] = refused;
  if (first === undefined) return { started, more };
  const again = refused.find(({ error }) => mayPass(error));
  if (again !== undefined && Context.current().info.attempt < TRIES) throw again.error;
  const why = `${first.plan.jobId} was not started: ${messageOf(first.error)}`;
  return { started, more, refused: { count: refused.length, why } };
}

interface Refusal {
  readonly plan: UnstartedPlan;
  readonly error: unknown;
}

/** What became of some plans; those that are in neither list were skipped, or there was no time left. */
interface StartedChunk {
  readonly started: readonly UnstartedPlan[];
  readonly refused: readonly Refusal[];
}

/** Who removes their schedule comes before the claim, and then they never run, or after it, and they run. */
async function startChunk(
  deps: StartDeps,
  schedule: string,
  chunk: readonly UnstartedPlan[],
  until: number,
): Promise<StartedChunk> {
  const { schedules } = deps.ledger;
  const claimed = await schedules.claim(schedule, chunk);
  const lanes = lanesOf(claimed);
  const ended = await eachAtOnce(lanes, CHUNK, (lane) => startLane(deps, lane, until));
  const started = ended.flatMap((lane) => lane.started);
  const refused = ended.flatMap((lane) => lane.refused);
  if (started.length > 0) await schedules.markStarted(schedule, started);
  for (const plan of started) deps.events.planStarted(plan, Math.max(0, -plan.waitMs));
  // Where Temporal did not answer, the job may be there.
  const kept = refused.flatMap(({ plan, error }) => (isAway(error) ? [plan] : []));
  const left = claimed.filter((plan) => !started.includes(plan) && !kept.includes(plan));
  if (left.length > 0) await schedules.releaseClaims(schedule, left);
  return { started, refused };
}

/** Starts one after the other, each of which looks at the one before. */
async function startLane(
  deps: StartDeps,
  lane: readonly UnstartedPlan[],
  until: number,
): Promise<StartedChunk> {
  const started: UnstartedPlan[] = [];
  const refused: Refusal[] = [];
  for (const plan of lane) {
    if (performance.now() >= until) break;
    try {
      if (await startPlan(deps, plan, started.at(-1))) started.push(plan);
    } catch (error) {
      refused.push({ plan, error });
      deps.events.planNotStarted(plan, error);
    }
  }
  return { started, refused };
}

/** Plans of one scope that look at one another come in order; all others stand alone. */
function lanesOf(plans: readonly UnstartedPlan[]): UnstartedPlan[][] {
  const lanes: UnstartedPlan[][] = [];
  const byScope = new Map<string, UnstartedPlan[]>();
  for (const plan of plans) {
    const lane = looksAtOthers(plan) ? byScope.get(plan.scope) : undefined;
    if (lane !== undefined) lane.push(plan);
    else lanes.push([plan]);
    if (looksAtOthers(plan) && lane === undefined) byScope.set(plan.scope, lanes.at(-1)!);
  }
  return lanes;
}

/** Nothing can be started: that is waited for. */
function isAway(error: unknown): boolean {
  return error instanceof HoldfastError && AWAY.includes(error.code) && !isRefusedForGood(error);
}

const AWAY: readonly string[] = ['temporal_unavailable', 'ledger_unavailable'];

/** What is of the table and is not retryable, such as a definition that is not here, waits for the next look. */
function mayPass(error: unknown): boolean {
  return !(error instanceof HoldfastError) || (error.retryable && !isRefusedForGood(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
