import { timesOf } from '../../cron/times-of.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { invalid } from '../../domain/errors.ts';
import { formatPlanTime, planJobId } from '../../domain/plan-id.ts';
import type { PlanHistoryState } from '../../domain/schedule.ts';
import type { Connections } from '../connections.ts';
import { tryWakeTick } from './alarm.ts';
import { scheduleNotFound, scopesOf } from './check-schedule.ts';
import { comingTimes } from './preview.ts';
import { startAgain } from './retry-plan.ts';

/** Which times a backfill runs. */
export interface BackfillOptions {
  /** The first time, and the last one. Times that are not due yet are left to their ticks. */
  readonly from: Date;
  readonly to: Date;
  /** @default every scope that the definition lists */
  readonly scope?: string;
  /** Only tell what would run. @default false */
  readonly dryRun?: boolean;
  /** Run again what has ended, too: as its next generation. @default false */
  readonly force?: boolean;
  /** Told how many of the runs are on their way. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** A time that a backfill runs, or would run. */
export interface BackfilledPlan {
  readonly scope: string;
  readonly time: Date;
  readonly jobId: string;
  /** What became of it before; undefined: there was nothing. */
  readonly was: PlanHistoryState | undefined;
}

/** Times of a scope that one backfill may have. */
const MOST_TIMES = 100_000;
const ROWS = 1000;
const AT_ONCE = 32;

/** See `SchedulesClient.backfill`. */
export async function backfillSchedule(
  connections: Connections,
  name: string,
  options: BackfillOptions,
): Promise<readonly BackfilledPlan[]> {
  // Asked for no scopes: it tells the database's time, by which ticks decide what is due.
  const found = await connections.ledger.schedules.scopesToPlan(name, { limit: 0, scopes: [] });
  if (found === undefined) throw scheduleNotFound(name);
  const { definition, now } = found;
  const { from, to } = rangeOf(options, now - definition.plan.delayMs);
  const coming = [...comingTimes(timesOf(definition), from, to, MOST_TIMES + 1)];
  if (coming.length > MOST_TIMES) throw invalid('to', `at most ${MOST_TIMES} times`, 'more');
  const times = coming.filter(({ isGap }) => !isGap);
  const wanted: BackfilledPlan[] = [];
  for (const scope of scopesOf(definition, options.scope)) {
    const known = await knownStates(connections, name, scope, { from, to });
    for (const { time } of times) {
      const was = known.get(time);
      const isWanted = was === undefined || was === 'SKIPPED' || options.force === true;
      if (!isWanted || was === 'RUNNING' || was === 'PLANNED') continue;
      const jobId = planJobId({ schedule: name, scope, time });
      wanted.push({ scope, time: new Date(time), jobId, was });
    }
  }
  const { onProgress = () => undefined } = options;
  if (options.dryRun !== true) await runWanted(connections, name, wanted, onProgress);
  return wanted;
}

function rangeOf(
  { from, to }: BackfillOptions,
  lastDue: number,
): { readonly from: number; readonly to: number } {
  const [first, last] = [from.getTime(), Math.min(to.getTime(), lastDue)];
  if (Number.isNaN(first)) throw invalid('from', 'a time', from);
  if (Number.isNaN(last)) throw invalid('to', 'a time', to);
  if (first > last) throw invalid('from', `not later than ${formatPlanTime(last)}`, from);
  return { from: first, to: last };
}

async function knownStates(
  { ledger }: Connections,
  schedule: string,
  scope: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Map<number, PlanHistoryState>> {
  const states = new Map<number, PlanHistoryState>();
  const filter = { schedule, scope, since: new Date(from), until: new Date(to), limit: ROWS };
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined;) {
    const page = await ledger.schedules.history({ ...filter, cursor });
    for (const { time, state } of page.plans) states.set(time.getTime(), state);
    [cursor, isFirst] = [page.cursor, false];
  }
  return states;
}

async function runWanted(
  connections: Connections,
  name: string,
  wanted: readonly BackfilledPlan[],
  onProgress: NonNullable<BackfillOptions['onProgress']>,
): Promise<void> {
  let done = 0;
  const count = (more: number) => onProgress((done += more), wanted.length);
  const isAgain = ({ was }: BackfilledPlan) => was === 'SUCCESS' || was === 'FAILED';
  const missing = wanted.filter((plan) => !isAgain(plan));
  for (const scope of new Set(missing.map((plan) => plan.scope))) {
    const plans = missing.filter((plan) => plan.scope === scope);
    for (let at = 0; at < plans.length; at += ROWS) {
      const times = plans.slice(at, at + ROWS).map(({ time }) => time.getTime());
      const added = await connections.ledger.schedules.backfill(name, scope, times, timesOf);
      if (added === undefined) throw scheduleNotFound(name);
      count(times.length);
    }
  }
  if (missing.length > 0) await tryWakeTick(connections, name);
  await eachAtOnce(wanted.filter(isAgain), AT_ONCE, async (plan) => {
    await startAgain(connections, name, plan.scope, plan.time);
    count(1);
  });
}
