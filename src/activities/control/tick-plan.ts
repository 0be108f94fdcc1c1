import { decideScope } from '../../cron/decide-scope.ts';
import { nextTime } from '../../cron/next-time.ts';
import { timesOf } from '../../cron/times-of.ts';
import type {
  TickActivities,
  Ticked,
  TickNext,
  TickRequest,
  TickStart,
} from '../../domain/tick.ts';
import type { Occurrences, TimesOf } from '../../domain/occurrences.ts';
import { latestStretch } from '../../domain/occurrences.ts';
import type { ScheduleDefinition } from '../../domain/schedule-definition.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Decide, ScopeDecision } from '../../ledger/plan-scopes.ts';
import type { ControlEvents } from './control-events.ts';

type Scopes = NonNullable<Awaited<ReturnType<Ledger['schedules']['scopesToPlan']>>>;

/** A tick waits for what is due so soon: clocks differ by less. */
const SOON_MS = 1_000;

/** What a tick is to do. Where nothing is due it ends with this, and no provider of scopes is asked. */
export async function startTick(
  { schedules }: Pick<Ledger, 'schedules'>,
  { schedule: name }: { schedule: string },
): Promise<TickStart> {
  const found = await schedules.scopesToPlan(name, { limit: 0, scopes: [] });
  if (found === undefined) return { kind: 'idle' };
  const { definition, schedule, now } = found;
  const { nextDueAt, resumes, paused } = schedule;
  const dueInMs = nextDueAt === undefined ? 0 : nextDueAt.getTime() - now;
  // What was planned and not started counts as due, too.
  if (dueInMs > 0 && resumes === undefined) {
    return dueInMs > SOON_MS ? { kind: 'idle' } : { kind: 'idle', waitMs: dueInMs };
  }
  if (paused !== undefined) return { kind: 'none' };
  const { scopes } = definition;
  if (scopes.kind === 'list') return { kind: 'plan' };
  const { request, timeoutMs } = scopes;
  return { kind: 'ask', request, timeoutMs };
}

/** Decides a batch of scopes. Those that have nothing due cost two reads. */
export async function planTick(
  { schedules }: Pick<Ledger, 'schedules'>,
  events: Pick<ControlEvents, 'timesDecided'>,
  { schedule, limit, cursor, scopes }: TickRequest,
): Promise<Ticked> {
  const found = await schedules.scopesToPlan(schedule, { after: cursor, limit, scopes });
  if (found === undefined || found.schedule.paused !== undefined) return NOTHING;
  const { definition, next: after } = found;
  const times = rememberedTimes();
  const due = scopesDue(found, times(definition));
  const tally = new Tally();
  const planned =
    due.length === 0
      ? NOTHING
      : ((await schedules.planScopes(schedule, due, tally.of(times))) ?? NOTHING);
  events.timesDecided(schedule, tally.counts);
  return {
    planned: planned.planned,
    skipped: planned.skipped,
    more: planned.more,
    ...(after === undefined ? {} : { cursor: after }),
    next: nextOf(found, times(definition)),
  };
}

const NOTHING: Ticked = { planned: 0, skipped: 0, more: false };

/** A schedule that never has a time again is looked at now and then all the same. */
const SELDOM_MS = 30 * 86_400_000;

/** From the time before the batch was decided: what has become due since makes one more tick. */
function nextOf({ schedule, definition, now }: Scopes, occurrences: Occurrences): TickNext {
  const { delayMs } = definition.plan;
  const next = nextTime(occurrences, now - delayMs);
  const dueAt = next === undefined ? now + SELDOM_MS : Math.min(next + delayMs, now + SELDOM_MS);
  const { revision, resumes } = schedule;
  return { dueAt, revision, ...(resumes === undefined ? {} : { resumedAt: resumes.at.getTime() }) };
}

function scopesDue({ schedule, definition, scopes, now }: Scopes, occurrences: Occurrences) {
  const latest = latestStretch(occurrences, now - definition.plan.delayMs)?.last;
  const isDue = (decidedThrough: number | undefined): boolean =>
    schedule.resumes !== undefined ||
    (latest !== undefined && (decidedThrough === undefined || decidedThrough < latest));
  return scopes.flatMap(({ scope, decidedThrough }) => (isDue(decidedThrough) ? [scope] : []));
}

/** {@link timesOf}, computed once for each definition; an edit may come between two looks. */
function rememberedTimes(): TimesOf {
  const known = new Map<ScheduleDefinition, Occurrences>();
  return (definition) => {
    const times = known.get(definition) ?? timesOf(definition);
    known.set(definition, times);
    return times;
  };
}

/** Counts what is decided, by its reason: `planned`, or why it was skipped. */
class Tally {
  readonly counts: Record<string, number> = {};

  of(times: TimesOf): Decide {
    return (situation) => {
      const decision = decideScope(situation, times(situation.definition));
      this.#count(decision);
      return decision;
    };
  }

  #count({ due, skipped, skippedRanges }: ScopeDecision): void {
    if (due.length > 0) this.#add('planned', due.length);
    for (const { reason } of skipped) this.#add(reason, 1);
    for (const { reason, count } of skippedRanges) this.#add(reason, count);
  }

  #add(reason: string, count: number): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + count;
  }
}

/** Puts on record how a tick ended, and when the next one is due. */
export async function endTick(
  { schedules }: Pick<Ledger, 'schedules'>,
  { schedule, next, trouble }: Parameters<TickActivities['endTick']>[0],
): Promise<void> {
  const { resumedAt } = next ?? {};
  await schedules.endTick(schedule, {
    nextDueAt: next?.dueAt,
    revision: next?.revision,
    trouble,
    clearsResume: resumedAt === undefined ? undefined : new Date(resumedAt),
  });
}
