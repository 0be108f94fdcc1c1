import { checkName } from './check.ts';
import { invalid } from './errors.ts';
import { formatIsoTime, parseIsoTime } from './iso-time.ts';

/** What the ids of jobs begin with that run plans of schedules. */
export const PLAN_PREFIX = 'plan/';

/** Which plan: the one of a schedule and a scope at a time, in milliseconds since the Unix epoch. */
export interface PlanKey {
  readonly schedule: string;
  readonly scope: string;
  readonly time: number;
}

// Together with the time they leave room in the 200 characters of a job's id.
const NAME_LIMIT = 60;
const SCOPE_LIMIT = 100;

// Besides the separators: what a terminal would not show, or show as a line's end.
const ESCAPED = /[%/#\p{Cc}\p{Zl}\p{Zp}]/gu;

/** The id of the job that runs a plan: `plan/<schedule>/<scope>/<time>`. Two plans never share one. */
export function planJobId({ schedule, scope, time }: PlanKey): string {
  return `${scopePrefix(schedule, scope)}${formatPlanTime(time)}`;
}

/** What the ids of all jobs of a scope begin with, and no others. */
export function scopePrefix(schedule: string, scope: string): string {
  return `${PLAN_PREFIX}${escapeSegment(schedule)}/${escapeSegment(scope)}/`;
}

/** The plan that a job runs by its id, or undefined when it is no plan's. */
export function parsePlanJobId(jobId: string): PlanKey | undefined {
  const [, schedule, scope, time] = /^plan\/([^/]+)\/([^/]+)\/([^/]+)$/su.exec(jobId) ?? [];
  if (schedule === undefined || scope === undefined || time === undefined) return undefined;
  try {
    const key = {
      schedule: decodeURIComponent(schedule),
      scope: decodeURIComponent(scope),
      time: parseIsoTime(time, 'time'),
    };
    // Anybody may write such an id: only what would be written the same way again counts.
    return planJobId(key) === jobId ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The time of a plan, in seconds: `2026-06-03T12:00:00Z`. */
export function formatPlanTime(time: number): string {
  return formatIsoTime(Math.floor(time / 1000) * 1000);
}

/** The name of a schedule. @throws HoldfastError `invalid_input` */
export function checkScheduleName(value: unknown, path: string): string {
  return checkSegment(checkName(value, path), NAME_LIMIT, path);
}

/** The name of a scope. @throws HoldfastError `invalid_input` */
export function checkScope(value: unknown, path: string): string {
  return checkSegment(checkName(value, path), SCOPE_LIMIT, path);
}

function checkSegment(name: string, limit: number, path: string): string {
  if (escapeSegment(name).length <= limit) return name;
  const hint = 'a %, / or # counts as three characters';
  throw invalid(path, `a text of at most ${limit} characters`, name, hint);
}

function escapeSegment(text: string): string {
  return text.replaceAll(ESCAPED, (char) => encodeURIComponent(char));
}
