import type { Duration } from '../domain/duration.ts';
import { invalid } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { PlanRun } from '../domain/job.ts';
import type { DstRule, PlanSpec } from '../domain/schedule.ts';
import type { ResumePolicy, ScheduleDocument } from '../domain/schedule-definition.ts';
import { resolveDefinition } from '../domain/schedule-definition.ts';

/** For which run of a schedule an input is computed. */
export interface PlanInput {
  readonly scope: string;
  readonly time: Date;
}

/** A schedule: what {@link defineSchedule} takes. docs/schedules.md tells what the fields mean. */
export interface ScheduleOptions {
  /** Unique; 1 to 60 characters. */
  readonly name: string;
  /** The kind and the pool of the jobs that it runs. */
  readonly kind: string;
  readonly pool: string;
  /**
   * The input of each run: JSON in whose texts `${schedule}`, `${scope}` and `${time}` are replaced; or a
   * function, which an orchestrator calls that has this definition by its `--jobs`. @default null
   */
  readonly input?: Json | ((plan: PlanInput) => Json | Promise<Json>);
  /** A cadence, or else `cron`. */
  readonly every?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly delay?: string;
  /** Its scopes, or the kind of a job that returns them. @default ['default'] */
  readonly scopes?: readonly string[] | string | ScopeProvider;
  readonly catchUp?: PlanSpec['catchUp'];
  readonly window?: string;
  readonly maxPlansPerTick?: number;
  readonly dst?: Partial<DstRule>;
  readonly compat?: NonNullable<PlanSpec['compat']>;
  readonly overlap?: PlanRun['overlap'];
  readonly jitter?: Duration;
  readonly paused?: boolean;
  readonly onResume?: ResumePolicy;
  readonly runTimeout?: Duration;
  readonly heartbeat?: Duration | 'lease';
  readonly staleReentry?: boolean;
  /** `backoff`: the waits one by one; the last one repeats, and an empty list retries at once. */
  readonly retry?: {
    readonly maxAttempts?: number;
    readonly backoff?: readonly Duration[];
    readonly nonRetryable?: readonly string[];
  };
  readonly failover?: { readonly maxAttempts?: number; readonly crashBudget?: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly preferLabels?: Readonly<Record<string, string>>;
  readonly pin?: string | { readonly node: string; readonly onOffline?: string; after?: Duration };
  readonly placement?: 'any' | 'each';
  readonly pending?: { readonly alarmAfter?: Duration; readonly failAfter?: Duration };
  readonly priority?: number;
  readonly fairnessKey?: string;
  readonly resources?: Readonly<Record<string, number>>;
  readonly concurrency?: { readonly key?: string; readonly limit: number };
  readonly rate?: { readonly key?: string; readonly limit: number; readonly window: Duration };
  readonly slots?: number;
  readonly deadline?: Duration;
}

/** A job that returns the scopes of a schedule, as a list of texts. */
export interface ScopeProvider {
  readonly kind: string;
  /** @default the schedule's pool */
  readonly pool?: string;
  /** A tick that has no answer by then leaves out the schedule. @default '30s' */
  readonly timeout?: Duration;
  readonly input?: Json;
}

const BRAND = Symbol.for('holdfast.schedule');

/** A defined schedule: put it on record with a client, and give its file to orchestrators. */
export interface ScheduleDeclaration {
  readonly name: string;
  /** As it goes on record. */
  readonly document: ScheduleDocument;
  /** Computes the input of a run, where that is done in code. */
  readonly computeInput?: (plan: PlanInput) => Json | Promise<Json>;
}

/**
 * Defines a schedule. Time zone and cron expression are checked when it is put on record.
 *
 * @example
 * export const nightly = defineSchedule({
 *   name: 'nightly-report', kind: 'report', pool: 'default',
 *   cron: '0 2 * * *', timezone: 'Europe/Berlin', input: { day: '${time}' },
 * });
 * @throws HoldfastError `invalid_input` naming the field that is wrong
 */
export function defineSchedule(options: ScheduleOptions): ScheduleDeclaration {
  const { name, input, ...others } = options;
  const at = `defineSchedule(${typeof name === 'string' ? name : '?'})`;
  const isComputed = typeof input === 'function';
  if ('computesInput' in others) throw invalid(`${at}.computesInput`, 'a function as input', '');
  const given = {
    name,
    ...others,
    ...(isComputed ? { computesInput: true } : input === undefined ? {} : { input }),
  };
  const document = JSON.parse(JSON.stringify(given)) as ScheduleDocument;
  resolveDefinition(document, at);
  const declared = { name, document, ...(isComputed ? { computeInput: input } : {}) };
  return Object.freeze({ ...declared, [BRAND]: true });
}

/** True for what {@link defineSchedule} made, also when another copy of Holdfast made it. */
export function isScheduleDeclaration(value: unknown): value is ScheduleDeclaration {
  return typeof value === 'object' && value !== null && BRAND in value;
}
