import { checkChoice, checkName } from '../domain/check.ts';
import type { Json } from '../domain/json.ts';
import type { ResumePolicy, ScheduleDocument } from '../domain/schedule-definition.ts';
import { RESUME_POLICIES, resolveDefinition } from '../domain/schedule-definition.ts';
import type { ScheduleDeclaration } from '../handlers/define-schedule.ts';
import type { AddedPlan } from '../ledger/add-plans.ts';
import type { ScheduleRevision } from '../ledger/find-schedules.ts';
import type { HistoryPage } from '../ledger/plan-history.ts';
import type { StoredSchedule } from '../ledger/schedule-row.ts';
import type { Connections } from './connections.ts';
import type { OrderOptions } from './order-node.ts';
import { signed } from './order-node.ts';
import type {
  AppliedSchedules,
  ApplyOptions,
  DiffOptions,
  ScheduleSource,
} from './schedules/apply-schedules.ts';
import { applySchedules, diffSchedules, seedSchedules } from './schedules/apply-schedules.ts';
import type { BackfilledPlan, BackfillOptions } from './schedules/backfill-schedule.ts';
import { backfillSchedule } from './schedules/backfill-schedule.ts';
import { scheduleNotFound, storedSchedule } from './schedules/check-schedule.ts';
import type { HistoryOptions } from './schedules/plan-history.ts';
import { planHistory } from './schedules/plan-history.ts';
import type { PreviewedTime, PreviewOptions } from './schedules/preview.ts';
import { previewTimes } from './schedules/preview.ts';
import type { PutSchedule, PutScheduleOptions } from './schedules/put-schedule.ts';
import { alarmed, editSchedule, putSchedule, removeSchedule } from './schedules/put-schedule.ts';
import type { ResetOptions } from './schedules/reset-schedules.ts';
import { exportSchedules, resetSchedules } from './schedules/reset-schedules.ts';
import { retryPlan } from './schedules/retry-plan.ts';
import type { RevertOptions } from './schedules/revert-schedule.ts';
import { revertSchedule } from './schedules/revert-schedule.ts';
import type { TriggerOptions } from './schedules/trigger-schedule.ts';
import { triggerSchedule } from './schedules/trigger-schedule.ts';

/** A schedule, with what could not be done about it in Temporal and mends itself. */
type WarnedSchedule = StoredSchedule & { readonly warnings: readonly string[] };

/**
 * What runs again and again. Each call also rejects with `invalid_input`, `schedule_not_found` where it
 * names a schedule, or `ledger_unavailable`. Without Temporal a change holds all the same: its times
 * are planned when Temporal is back.
 */
export interface SchedulesClient {
  /** Puts a new schedule on record. @throws HoldfastError `schedule_exists` */
  create(
    schedule: ScheduleDeclaration | ScheduleDocument,
    options?: Pick<PutScheduleOptions, 'by' | 'how'>,
  ): Promise<PutSchedule>;
  /**
   * Puts a schedule on record, in place of the one of this name if there is one. What other times it
   * has then, begin after now; what was due until now, runs by the old ones. Repeated, it changes nothing.
   *
   * @throws HoldfastError `schedule_changed` when it has not the `revision` that was given
   */
  put(
    schedule: ScheduleDeclaration | ScheduleDocument,
    options?: PutScheduleOptions,
  ): Promise<PutSchedule>;
  /**
   * Changes some fields; one that is null is left out from then on.
   *
   * @throws HoldfastError `schedule_changed` when somebody else has changed it meanwhile
   */
  edit(
    name: string,
    changes: Readonly<Record<string, Json>>,
    options?: PutScheduleOptions,
  ): Promise<PutSchedule>;
  get(name: string): Promise<StoredSchedule>;
  /** Every schedule, by name. */
  list(): Promise<StoredSchedule[]>;
  /** Every change of it with what it changed, the newest first; also when it was removed. */
  revisions(name: string): Promise<ScheduleRevision[]>;
  /** Takes it out. What was planned and not started never runs; what runs goes on. */
  remove(
    name: string,
    options?: PutScheduleOptions,
  ): Promise<{ readonly warnings: readonly string[] }>;
  /** What {@link apply} would do now. Conflicts are told, and are no error. */
  diff(sources: readonly ScheduleSource[], options?: DiffOptions): Promise<AppliedSchedules>;
  /**
   * Brings the changes of files on record and keeps what was edited there since they were last applied:
   * a merge field by field. All in one transaction, or nothing. Repeated, it changes nothing.
   *
   * @throws HoldfastError `schedule_conflict` when file and record have both changed a field; `details`
   *   has the outcome of each schedule
   */
  apply(sources: readonly ScheduleSource[], options?: ApplyOptions): Promise<AppliedSchedules>;
  /**
   * Applies files to a ledger that never had a schedule; of several processes at once, one does. Undefined:
   * it has, or had, schedules, and was left as it is.
   */
  seed(
    sources: readonly ScheduleSource[],
    options?: Pick<ApplyOptions, 'by'>,
  ): Promise<AppliedSchedules | undefined>;
  /** The schedules of these names, or else all, by name: what `apply` takes, and `reset` asks for. */
  export(names?: readonly string[]): Promise<StoredSchedule[]>;
  /**
   * Makes the record equal to files: edits are undone, and what no file names is taken out. It asks for
   * what `export` answered, so that nothing is lost that was not kept.
   *
   * @throws HoldfastError `schedule_changed` when a schedule was changed since the export
   */
  reset(sources: readonly ScheduleSource[], options: ResetOptions): Promise<AppliedSchedules>;
  /**
   * Gives a schedule the definition that an earlier revision had, as a new revision; also one that was
   * removed.
   *
   * @throws HoldfastError `schedule_changed` when it has not the `revision` that was given
   */
  revert(name: string, options: RevertOptions): Promise<PutSchedule>;
  /** Nothing is planned until it is resumed. */
  pause(name: string, options: OrderOptions): Promise<WarnedSchedule>;
  /**
   * Ends a pause. `policy` says, this once, what becomes of the times of the pause: `skip` them all, run
   * the `latest`, or `all`, as far as the window reaches. @default the schedule's `onResume`
   */
  resume(name: string, options?: { readonly policy?: ResumePolicy }): Promise<WarnedSchedule>;
  /** Runs it now, also while it is paused: a scope, or all that the definition lists. */
  trigger(name: string, options?: TriggerOptions): Promise<readonly AddedPlan[]>;
  /**
   * Runs times of the past that never ran: those that nobody planned, and those that were skipped. Times
   * that are not due yet, `delay` included, are left out. With `force` also those that have ended, as their next generation. What runs is left alone.
   */
  backfill(name: string, options: BackfillOptions): Promise<readonly BackfilledPlan[]>;
  /**
   * Runs a failed plan again, as its next generation. `scope` left out: `default`.
   *
   * @throws HoldfastError `plan_not_found`; `job_closed` when it has not failed
   */
  retry(
    name: string,
    plan: { readonly scope?: string; readonly time: Date },
  ): Promise<{ readonly jobId: string; readonly generation: number }>;
  /** What became of its plans, the newest first, one page at a time; also when it was removed. */
  history(name: string, options?: HistoryOptions): Promise<HistoryPage>;
  /** Its times to come. */
  preview(name: string, options?: PreviewOptions): Promise<PreviewedTime[]>;
}

/** A {@link SchedulesClient} over open connections. */
export function createSchedulesClient(connections: Connections): SchedulesClient {
  const { schedules } = connections.ledger;
  const warned = async (schedule: StoredSchedule): Promise<WarnedSchedule> => ({
    ...schedule,
    warnings: await alarmed(connections, resolveDefinition(schedule.document), schedule),
  });
  const found = (name: string) => storedSchedule(connections.ledger, checkName(name, 'name'));
  return {
    create: (schedule, options) =>
      putSchedule(connections, schedule, { how: 'create', ...options, revision: 0 }),
    put: (schedule, options) => putSchedule(connections, schedule, options),
    edit: (name, changes, options) => editSchedule(connections, name, changes, options),
    get: found,
    list: () => schedules.list(),
    revisions: async (name) => {
      const revisions = await schedules.revisions(checkName(name, 'name'));
      if (revisions.length === 0) throw scheduleNotFound(name);
      return revisions;
    },
    remove: (name, options) => removeSchedule(connections, name, options),
    diff: (sources, options) => diffSchedules(connections, sources, options),
    apply: (sources, options) => applySchedules(connections, sources, options),
    seed: (sources, options) => seedSchedules(connections, sources, options),
    export: (names) => exportSchedules(connections, names),
    reset: (sources, options) => resetSchedules(connections, sources, options),
    revert: (name, options) => revertSchedule(connections, name, options),
    pause: async (name, options) => {
      const paused = await schedules.pause(checkName(name, 'name'), signed(options));
      if (paused === undefined) throw scheduleNotFound(name);
      return warned(paused);
    },
    resume: async (name, { policy } = {}) => {
      const { onResume } = resolveDefinition((await found(name)).document);
      const how = checkChoice(policy ?? onResume, RESUME_POLICIES, 'policy');
      const resumed = await schedules.resume(name, how);
      if (resumed === undefined) throw scheduleNotFound(name);
      return warned(resumed);
    },
    trigger: (name, options) => triggerSchedule(connections, name, options),
    backfill: (name, options) => backfillSchedule(connections, name, options),
    retry: (name, plan) => retryPlan(connections, name, plan),
    history: (name, options) => planHistory(connections, name, options),
    preview: async (name, options) => {
      const { document } = await found(name);
      return previewTimes(resolveDefinition(document).plan, options);
    },
  };
}
