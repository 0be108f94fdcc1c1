import type pg from 'pg';
import type { TimesOf } from '../domain/occurrences.ts';
import type { LatestPlan } from '../domain/schedule.ts';
import type { ResumePolicy, ScheduleDocument } from '../domain/schedule-definition.ts';
import type { AddedPlan, TriggerRules } from './add-plans.ts';
import { backfillPlans, triggerPlan } from './add-plans.ts';
import type {
  AppliedStep,
  ApplyChange,
  ApplyScope,
  DecideSteps,
  LedgerSituation,
} from './apply-schedules.ts';
import { applySchedules, applySituation } from './apply-schedules.ts';
import type { ScheduleRevision, ScopeBatch, ScopesToPlan } from './find-schedules.ts';
import {
  findRevisions,
  findSchedule,
  latestPlan,
  listSchedules,
  overdueSchedules,
  scopesToPlan,
} from './find-schedules.ts';
import type { Pause } from './pause-schedule.ts';
import { pauseSchedule, resumeSchedule } from './pause-schedule.ts';
import { claimPlans, markStarted, releaseClaims } from './plan-claims.ts';
import type { HistoryFilter, HistoryPage } from './plan-history.ts';
import { planHistory } from './plan-history.ts';
import type { Decide, PlannedScopes } from './plan-scopes.ts';
import { planScopes } from './plan-scopes.ts';
import type {
  OpenPlanJob,
  PlanOfSchedule,
  TickEnd,
  UnstartedBatch,
  UnstartedPlan,
} from './planned-runs.ts';
import { endTick, markSkipped, openJobsOf, unstartedPlans } from './planned-runs.ts';
import type { ChangedSchedule, PutOptions, ScheduleChange } from './put-schedule.ts';
import { putSchedule, removeSchedule } from './put-schedule.ts';
import type { ScheduleFigures } from './schedule-figures.ts';
import { scheduleFigures } from './schedule-figures.ts';
import type { StoredSchedule } from './schedule-row.ts';

/** Schedules, what their ticks have decided, and what became of that. */
export interface Schedules {
  /** Puts a definition on record. See {@link PutOptions}. */
  put(document: ScheduleDocument, options: PutOptions): Promise<ChangedSchedule>;
  get(name: string): Promise<StoredSchedule | undefined>;
  /** Every schedule, by name. */
  list(): Promise<StoredSchedule[]>;
  /** Every change of a schedule, the newest first; also of one that was removed. */
  revisions(name: string): Promise<ScheduleRevision[]>;
  remove(
    name: string,
    change: ScheduleChange,
  ): Promise<'removed' | { readonly kind: 'conflict'; readonly revision: number }>;
  /** What an apply would be decided from now. */
  applySituation(scope: ApplyScope): Promise<LedgerSituation>;
  /** Changes several schedules, or none, in one transaction that holds what it decides from. */
  apply(
    scope: ApplyScope,
    decide: DecideSteps,
    change: ApplyChange,
  ): Promise<readonly AppliedStep[] | 'raced'>;
  pause(name: string, pause: Pause): Promise<StoredSchedule | undefined>;
  resume(name: string, policy: ResumePolicy): Promise<StoredSchedule | undefined>;
  /** The schedules that a tick is due for. */
  overdue(limit: number): Promise<string[]>;
  /** Decides what is due for scopes, in one transaction. Undefined: it is paused or was removed. */
  planScopes(
    schedule: string,
    scopes: readonly string[],
    decide: Decide,
  ): Promise<PlannedScopes | undefined>;
  /** The same for one scope. */
  planScope(schedule: string, scope: string, decide: Decide): Promise<PlannedScopes | undefined>;
  /** A batch of scopes with their watermarks. */
  scopesToPlan(schedule: string, batch: ScopeBatch): Promise<ScopesToPlan | undefined>;
  /** The latest plan of a tick that runs or ran: what the rules of `compat` ask for. */
  latestPlan(schedule: string, scope: string): Promise<LatestPlan | undefined>;
  /** Plans that are due and were not started, the oldest first. */
  unstarted(schedule: string, batch: UnstartedBatch): Promise<UnstartedPlan[]>;
  /** Keeps plans from a removal while their jobs are started; answers those that are to be started. */
  claim(schedule: string, plans: readonly UnstartedPlan[]): Promise<UnstartedPlan[]>;
  markStarted(schedule: string, plans: readonly PlanOfSchedule[]): Promise<void>;
  /** Gives back what was claimed and not started. */
  releaseClaims(schedule: string, plans: readonly PlanOfSchedule[]): Promise<void>;
  /** Skips a plan that was not started. Answers false when it was, or was skipped before. */
  markSkipped(schedule: string, plan: PlanOfSchedule, reason: 'overlap'): Promise<boolean>;
  /** The open jobs of a scope, and those that were just started. */
  openJobsOf(schedule: string, scope: string): Promise<OpenPlanJob[]>;
  endTick(schedule: string, end: TickEnd): Promise<void>;
  /** Plans a run now. Undefined: there is no such schedule. */
  trigger(schedule: string, scope: string, rules: TriggerRules): Promise<AddedPlan | undefined>;
  /** Plans times that are due and never ran; answers those that it planned. */
  backfill(
    schedule: string,
    scope: string,
    times: readonly number[],
    timesOf: TimesOf,
  ): Promise<AddedPlan[] | undefined>;
  /** What became of plans, the newest first. */
  history(filter: HistoryFilter): Promise<HistoryPage>;
  /** Where each schedule stands, for gauges. */
  figures(): Promise<ScheduleFigures[]>;
}

/** Turns errors of PostgreSQL into ours. */
type Call = <Args extends unknown[], Result>(
  work: (db: pg.Pool, ...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

/** The schedules of a ledger. */
export function createSchedules(call: Call): Schedules {
  const plan = call(planScopes);
  return {
    put: call(putSchedule),
    get: call(findSchedule),
    list: call(listSchedules),
    revisions: call(findRevisions),
    remove: call(removeSchedule),
    applySituation: call(applySituation),
    apply: call(applySchedules),
    pause: call(pauseSchedule),
    resume: call(resumeSchedule),
    overdue: call(overdueSchedules),
    planScopes: plan,
    planScope: (schedule, scope, decide) => plan(schedule, [scope], decide),
    scopesToPlan: call(scopesToPlan),
    latestPlan: call(latestPlan),
    unstarted: call(unstartedPlans),
    claim: call(claimPlans),
    markStarted: call(markStarted),
    releaseClaims: call(releaseClaims),
    markSkipped: call(markSkipped),
    openJobsOf: call(openJobsOf),
    endTick: call(endTick),
    trigger: call(triggerPlan),
    backfill: call(backfillPlans),
    history: call(planHistory),
    figures: call(scheduleFigures),
  };
}
