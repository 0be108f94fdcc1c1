import type { JobRequest } from './job.ts';
import type { Json } from './json.ts';
import { formatPlanTime } from './plan-id.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

/** A plan that is to run. */
export interface PlannedRun {
  readonly scope: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  /** The revision of the schedule by which it was planned. */
  readonly revision: number;
  /** What code computed for it, in place of the definition's input. */
  readonly input?: Json;
}

/**
 * What the job of a plan is started with. With `overlap` `queue` or `replace` one job of a scope runs
 * at a time: the next one waits for it as for any resource.
 */
export function planRequest(definition: ScheduleDefinition, run: PlannedRun): JobRequest {
  const { name, overlap, request } = definition;
  const { scope, revision } = run;
  const time = formatPlanTime(run.time);
  const input = run.input ?? fillIn(request.input, { schedule: name, scope, time });
  return { ...request, input, plan: { schedule: name, scope, time, revision, overlap } };
}

/** When the job of a plan may start: its time, the delay, and its share of the jitter. */
export function planDueAt(
  { name, plan, jitterMs }: Pick<ScheduleDefinition, 'name' | 'plan' | 'jitterMs'>,
  scope: string,
  time: number,
): number {
  return time + plan.delayMs + shareOf(jitterMs, `${name}/${scope}/${time}`);
}

const PLACES = /\$\{(schedule|scope|time)\}/g;

/** The value with `${schedule}`, `${scope}` and `${time}` replaced in each of its texts. */
function fillIn(value: Json, texts: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') {
    return value.replaceAll(PLACES, (place, name: string) => texts[name] ?? place);
  }
  if (Array.isArray(value)) return value.map((each) => fillIn(each, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, fillIn(each, texts)]),
  );
}

/** The same for the same plan whoever asks, and spread evenly over the plans. */
function shareOf(lengthMs: number, key: string): number {
  if (lengthMs === 0) return 0;
  // FNV-1a, with a last mixing: neighbouring times differ in few bits only.
  let hash = 2_166_136_261;
  for (const char of key) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return Math.floor((((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * lengthMs);
}
