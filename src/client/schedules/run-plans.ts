import { HoldfastError, invalid } from '../../domain/errors.ts';
import { overrideKind } from '../../domain/kind-override.ts';
import { formatPlanTime, planJobId } from '../../domain/plan-id.ts';
import { planRequest } from '../../domain/plan-request.ts';
import type { PlanHistoryState } from '../../domain/schedule.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { AddedPlan } from '../../ledger/add-plans.ts';
import type { PlanRecord } from '../../ledger/plan-history.ts';
import type { Connections } from '../connections.ts';
import { jobExists } from '../dedupe.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { findHolder } from '../find-holder.ts';
import type { StartedJob } from '../start-job.ts';
import { startNext } from '../start-job.ts';
import { retryJob } from '../retry-job.ts';
import { wakeTick } from './alarm.ts';
import { checkSchedule, scheduleNotFound, scopesOf, storedSchedule } from './check-schedule.ts';
import { comingTimes } from './preview.ts';

/** Which times a backfill runs. */
export interface BackfillOptions {
  /** The first time, and the last one; not later than now. */
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

/** What a trigger runs. */
export interface TriggerOptions {
  /** @default every scope that the definition lists */
  readonly scope?: string;
  /** Repeated with the same key, a trigger runs nothing: it answers with the plans of the first time. */
  readonly key?: string;
}

/** See `SchedulesClient.trigger`. */
export async function triggerSchedule(
  connections: Connections,
  name: string,
  { scope, key }: TriggerOptions = {},
): Promise<readonly AddedPlan[]> {
  const { document } = await storedSchedule(connections.ledger, name);
  const scopes = scopesOf(resolveDefinition(document), scope);
  const plans: AddedPlan[] = [];
  for (const each of scopes) {
    const plan = await connections.ledger.schedules.trigger(name, each, key);
    if (plan === undefined) throw scheduleNotFound(name);
    plans.push(plan);
  }
  await wake(connections, name);
  return plans;
}

/** See `SchedulesClient.backfill`. */
export async function backfillSchedule(
  connections: Connections,
  name: string,
  options: BackfillOptions,
): Promise<readonly BackfilledPlan[]> {
  const { document } = await storedSchedule(connections.ledger, name);
  const { definition, occurrences } = checkSchedule(document);
  const { from, to } = rangeOf(options);
  const coming = [...comingTimes(occurrences, from, to, MOST_TIMES + 1)];
  if (coming.length > MOST_TIMES) throw invalid('to', `at most ${MOST_TIMES} times`, 'more');
  const times = coming.filter(({ isGap }) => !isGap);
  const [next] = comingTimes(occurrences, to + 1, Infinity, 1);
  const nexts = new Map(times.map(({ time }, at) => [time, times[at + 1]?.time ?? next?.time]));
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
  if (options.dryRun !== true) await runWanted(connections, name, wanted, nexts, onProgress);
  return wanted;
}

function rangeOf({ from, to }: BackfillOptions): { from: number; to: number } {
  const [first, last] = [from.getTime(), Math.min(to.getTime(), Date.now())];
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
  nexts: ReadonlyMap<number, number | undefined>,
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
      const rows = times.map((time) => ({ time, next: nexts.get(time) }));
      const added = await connections.ledger.schedules.backfill(name, scope, rows);
      if (added === undefined) throw scheduleNotFound(name);
      count(rows.length);
    }
  }
  if (missing.length > 0) await wake(connections, name);
  await eachAtOnce(wanted.filter(isAgain), AT_ONCE, async (plan) => {
    await startAgain(connections, name, plan.scope, plan.time);
    count(1);
  });
}

/** A failure to wake it delays the tick to the next look of an orchestrator. */
async function wake(connections: Connections, name: string): Promise<void> {
  await wakeTick(connections, name).catch((error: unknown) => {
    if (!(error instanceof HoldfastError)) throw error;
  });
}

/** See `SchedulesClient.retry`. */
export async function retryPlan(
  connections: Connections,
  name: string,
  { scope = 'default', time }: { readonly scope?: string; readonly time: Date },
): Promise<{ readonly jobId: string; readonly generation: number }> {
  const plan = await findPlan(connections, name, scope, time);
  if (plan.state !== 'FAILED') {
    const hint = 'only a failed plan is retried; `holdfast schedules backfill` runs missing ones';
    throw new HoldfastError('job_closed', `plan ${planText(plan)} is ${plan.state}`, {
      hint,
      details: { schedule: name, scope, time: formatPlanTime(time.getTime()), state: plan.state },
    });
  }
  const { generation } = await startAgain(connections, name, scope, time);
  return { jobId: planJobId({ schedule: name, scope, time: time.getTime() }), generation };
}

async function startAgain(
  connections: Connections,
  schedule: string,
  scope: string,
  time: Date,
): Promise<Pick<StartedJob, 'generation'>> {
  const { ledger } = connections;
  const { revision } = await findPlan(connections, schedule, scope, time);
  const id = planJobId({ schedule, scope, time: time.getTime() });
  const changes = await ledger.schedules.revisions(schedule);
  const document = changes.find((change) => change.revision === revision)?.document;
  const definition = document && resolveDefinition(document);
  // What code computed is known to the job alone.
  if (definition === undefined || definition.computesInput) return retryJob(connections, id);
  const holder = await findHolder(connections, id, await ledger.findNewest(id));
  if (holder === undefined) return retryJob(connections, id);
  if (holder.state === 'open') throw jobExists(holder, 'it runs now');
  const request = planRequest(definition, { scope, time: time.getTime(), revision });
  const overridden = overrideKind(request, connections.kinds, definition.given);
  const started = await startNext(connections, holder, overridden);
  if (started !== undefined) return started;
  throw jobExists({ ...holder, state: 'open' }, 'somebody else has just started it');
}

async function findPlan(
  { ledger }: Connections,
  schedule: string,
  scope: string,
  time: Date,
): Promise<PlanRecord> {
  const page = await ledger.schedules.history({
    ...{ schedule, scope, since: time, until: time, limit: 10 },
  });
  const plan = page.plans.find((each) => each.time.getTime() === time.getTime());
  if (plan !== undefined) return plan;
  await storedSchedule({ schedules: ledger.schedules }, schedule);
  const at = formatPlanTime(time.getTime());
  throw new HoldfastError(
    'plan_not_found',
    `schedule ${schedule} has no plan of scope ${scope} at ${at}`,
    {
      hint: `see \`holdfast schedules history ${schedule}\``,
      details: { schedule, scope, time: at },
    },
  );
}

function planText({ schedule, scope, time }: PlanRecord): string {
  return `${schedule}/${scope}/${formatPlanTime(time.getTime())}`;
}
