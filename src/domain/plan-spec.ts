import { checkChoice, checkCount, checkFields } from './check.ts';
import { parseSeconds } from './duration.ts';
import { invalid, show } from './errors.ts';
import type { DstRule, PlanSpec, Timing } from './schedule.ts';
import { CATCH_UPS, COMPATS, GAP_RULES, OVERLAP_RULES } from './schedule.ts';

/** The defaults of the fields that tell when a schedule runs. */
const PLAN_DEFAULTS = {
  timezone: 'UTC',
  delay: '0s',
  catchUp: 'latest_only',
  window: '24h',
  dst: { gap: 'run-after', overlap: 'first' },
} as const;

/** First starts of a tick that a schedule may ask for: more than a tick can hold in memory is refused. */
const PLANS_PER_TICK_LIMIT = 1_000_000;

/** The fields of a schedule that tell when it runs. */
export const PLAN_FIELDS = [
  'every',
  'cron',
  'timezone',
  'delay',
  'catchUp',
  'window',
  'maxPlansPerTick',
  'dst',
  'compat',
] as const;

type Given = Readonly<Partial<Record<(typeof PLAN_FIELDS)[number], unknown>>>;

/**
 * The fields that tell when a schedule runs, with every default filled in, checked one by one and
 * against each other. Time zone and cron expression are left to those who know them.
 *
 * @param path names the object in the error
 * @throws HoldfastError `invalid_input` naming the first field that is wrong
 */
export function resolvePlanSpec(value: unknown, path: string): PlanSpec {
  const given = checkFields(value, PLAN_FIELDS, path);
  const { timezone, delay, catchUp, window } = PLAN_DEFAULTS;
  const compat = given.compat === undefined ? undefined : checkCompat(given, path);
  const spec = {
    timing: resolveTiming(given, path),
    timezone: checkText(given.timezone ?? timezone, `${path}.timezone`),
    delayMs: parseSeconds(given.delay ?? delay, `${path}.delay`),
    catchUp: checkChoice(given.catchUp ?? catchUp, CATCH_UPS, `${path}.catchUp`),
    windowMs: parseSeconds(given.window ?? window, `${path}.window`),
    dst: resolveDst(given.dst, `${path}.dst`),
    compat,
  };
  const maxPlansPerTick = resolveMost(given.maxPlansPerTick, spec.catchUp, path);
  // The window is counted from now, not from now less the delay: nothing would ever run.
  if (compat === undefined && spec.windowMs <= spec.delayMs) {
    const expected = `longer than the delay, ${show(given.delay ?? delay)}`;
    throw invalid(`${path}.window`, expected, given.window ?? window);
  }
  return { ...spec, maxPlansPerTick };
}

function checkCompat({ compat }: Given, path: string): PlanSpec['compat'] {
  return checkChoice(compat, COMPATS, `${path}.compat`);
}

function resolveTiming({ every, cron }: Given, path: string): Timing {
  if (cron === undefined && every === undefined) {
    throw invalid(path, '"every" or "cron"', undefined);
  }
  if (cron !== undefined && every !== undefined) {
    throw invalid(path, 'one of "every" and "cron"', 'both');
  }
  if (cron !== undefined) return { kind: 'cron', cron: checkText(cron, `${path}.cron`) };
  const everyMs = parseSeconds(every, `${path}.every`);
  if (everyMs === 0) throw invalid(`${path}.every`, 'a cadence longer than 0', every);
  return { kind: 'every', everyMs };
}

function resolveMost(given: unknown, catchUp: PlanSpec['catchUp'], path: string): number {
  const field = `${path}.maxPlansPerTick`;
  if (catchUp === 'every_plan' && (given === undefined || given === 0)) {
    throw invalid(field, 'at least 1, as "every_plan" needs', given);
  }
  const most = checkCount(given ?? 0, field, 0);
  if (most > PLANS_PER_TICK_LIMIT) throw invalid(field, `at most ${PLANS_PER_TICK_LIMIT}`, given);
  return most;
}

function resolveDst(value: unknown, path: string): DstRule {
  const given = checkFields(value ?? {}, ['gap', 'overlap'], path);
  const { gap, overlap } = PLAN_DEFAULTS.dst;
  return {
    gap: checkChoice(given.gap ?? gap, GAP_RULES, `${path}.gap`),
    overlap: checkChoice(given.overlap ?? overlap, OVERLAP_RULES, `${path}.overlap`),
  };
}

function checkText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw invalid(path, 'a text', value);
}
