import { checkChoice, checkFields, checkName } from './check.ts';
import { parseDuration } from './duration.ts';
import { invalid } from './errors.ts';
import type { JobRequest, PlanRun } from './job.ts';
import { OVERLAPS } from './job.ts';
import { resolveJobSpec } from './job-spec.ts';
import type { Json } from './json.ts';
import type { KindOption } from './kind-override.ts';
import { KIND_OPTION_NAMES } from './kind-override.ts';
import { checkScheduleName, checkScope } from './plan-id.ts';
import { PLAN_FIELDS, resolvePlanSpec } from './plan-spec.ts';
import type { PlanSpec } from './schedule.ts';
import { REQUEST_FIELDS, resolveRunRequest } from './schedule-request.ts';

/** What becomes of the times of a pause when it ends. */
export const RESUME_POLICIES = ['skip', 'latest', 'all'] as const;

/** One of {@link RESUME_POLICIES}. */
export type ResumePolicy = (typeof RESUME_POLICIES)[number];

/** A schedule as it is written and kept: durations are texts, and what was left out is left out. */
export type ScheduleDocument = Readonly<Record<string, Json>> & { readonly name: string };

/** The scopes of a schedule: a list, or a job that returns one. */
type ScopeSource =
  | { readonly kind: 'list'; readonly scopes: readonly string[] }
  | { readonly kind: 'ask'; readonly request: JobRequest; readonly timeoutMs: number };

/** A {@link ScheduleDocument} that was checked, with every default filled in. */
export interface ScheduleDefinition {
  readonly name: string;
  /** When it runs. */
  readonly plan: PlanSpec;
  /** A run is started up to so much later than it is due, each by its own share. */
  readonly jitterMs: number;
  readonly scopes: ScopeSource;
  readonly overlap: PlanRun['overlap'];
  /** It is paused when it is created. */
  readonly isPaused: boolean;
  /** What becomes of the times of a pause, unless who ends it says otherwise. */
  readonly onResume: ResumePolicy;
  /** A run that was lost runs again. */
  readonly staleReentry: boolean;
  /** The input of each run is computed in code, by an orchestrator that has the definition. */
  readonly computesInput: boolean;
  /** What a run is started with; its input may hold `${schedule}`, `${scope}` and `${time}`. */
  readonly request: Omit<JobRequest, 'plan'>;
  /** The options of its kind that it gives itself. */
  readonly given: readonly KindOption[];
}

/** Scopes of one schedule at most. */
const MOST_SCOPES = 100_000;

const OWN_FIELDS = [
  'name',
  'scopes',
  'overlap',
  'jitter',
  'paused',
  'onResume',
  'staleReentry',
  'computesInput',
] as const;

/** Every field of a {@link ScheduleDocument}. */
export const SCHEDULE_FIELDS = [...OWN_FIELDS, ...PLAN_FIELDS, ...REQUEST_FIELDS] as const;

/**
 * A schedule with every default filled in, checked field by field and across fields. Time zone and
 * cron expression are left to those who know them.
 *
 * @param path names the schedule in the error
 * @throws HoldfastError `invalid_input` naming the first field that is wrong
 */
export function resolveDefinition(value: unknown, path = 'schedule'): ScheduleDefinition {
  const at = `${path}.`;
  const given = checkFields(value, SCHEDULE_FIELDS, path);
  const name = checkScheduleName(given.name, `${at}name`);
  const staleReentry = checkFlag(given.staleReentry ?? true, `${at}staleReentry`);
  const computesInput = checkFlag(given.computesInput ?? false, `${at}computesInput`);
  if (computesInput && given.input !== undefined) {
    throw invalid(`${at}input`, 'no input where it is computed', given.input);
  }
  const plan = resolveTiming(given, path);
  const request = resolveRunRequest(given, { at, staleReentry });
  resolveJobSpec('check', 1, request, at);
  return {
    name,
    plan,
    jitterMs: parseDuration(given.jitter ?? 0, `${at}jitter`),
    scopes: resolveScopes(given.scopes, request.pool, `${at}scopes`),
    overlap: checkChoice(given.overlap ?? 'allow', OVERLAPS, `${at}overlap`),
    isPaused: checkFlag(given.paused ?? false, `${at}paused`),
    onResume: checkChoice(given.onResume ?? 'latest', RESUME_POLICIES, `${at}onResume`),
    staleReentry,
    computesInput,
    request,
    given: givenOptions(given, staleReentry),
  };
}

/** A run that shall not run again when it is lost, whatever else is said of its kind, has no failover. */
function givenOptions(
  { runTimeout: timeout, ...given }: Readonly<Record<string, unknown>>,
  staleReentry: boolean,
): KindOption[] {
  const options: Readonly<Record<string, unknown>> = { ...given, timeout };
  return KIND_OPTION_NAMES.filter(
    (name) => options[name] !== undefined || (name === 'failover' && !staleReentry),
  );
}

function resolveTiming(given: Readonly<Record<string, unknown>>, path: string): PlanSpec {
  const timing = Object.fromEntries(
    PLAN_FIELDS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
  return resolvePlanSpec(timing, path);
}

/**
 * The names of scopes, each once.
 *
 * @throws HoldfastError `invalid_input`
 */
export function checkScopes(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw invalid(path, 'a list of names', value);
  if (value.length > MOST_SCOPES)
    throw invalid(path, `at most ${MOST_SCOPES} scopes`, value.length);
  const seen = new Set<string>();
  for (const [index, each] of (value as readonly unknown[]).entries()) {
    const scope = checkScope(each, `${path}[${index}]`);
    if (seen.has(scope)) throw invalid(`${path}[${index}]`, 'each scope once', scope);
    seen.add(scope);
  }
  return [...seen];
}

function resolveScopes(value: unknown, pool: string, path: string): ScopeSource {
  if (value === undefined) return { kind: 'list', scopes: ['default'] };
  if (Array.isArray(value)) {
    if (value.length === 0) throw invalid(path, 'at least one scope', value);
    return { kind: 'list', scopes: checkScopes(value, path) };
  }
  if (typeof value === 'string') return askScopes({ kind: value }, pool, path);
  return askScopes(value, pool, path);
}

function askScopes(value: unknown, ownPool: string, path: string): ScopeSource {
  const given = checkFields(value, ['kind', 'pool', 'timeout', 'input'], path);
  const timeoutMs = parseDuration(given.timeout ?? '30s', `${path}.timeout`);
  if (timeoutMs === 0) throw invalid(`${path}.timeout`, 'longer than 0', given.timeout);
  const request: JobRequest = {
    kind: checkName(given.kind, `${path}.kind`),
    pool: checkName(given.pool ?? ownPool, `${path}.pool`),
    input: (given.input ?? null) as Json,
    timeoutMs,
    retry: { maxAttempts: 1 },
  };
  resolveJobSpec('check', 1, request, `${path}.`);
  return { kind: 'ask', request, timeoutMs };
}

function checkFlag(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(path, 'true or false', value);
}
