import { Runtime } from '@temporalio/worker';
import type { SweepStrategy } from '../domain/sweep.ts';
import type { Verdict } from '../domain/verdict.ts';

/**
 * Holdfast's own metrics: the one list. `npm run docs` writes it down.
 * They are served at `/metrics` beside those of the Temporal SDK.
 */
export const METRICS = {
  holdfast_attempts_total: 'attempts that ended on this node, by kind and outcome',
  holdfast_attempt_seconds: 'how long attempts took on this node, by kind and outcome',
  holdfast_running_attempts: 'attempts that run on this node now',
  holdfast_node_slots: 'attempts that this node may run at once',
  holdfast_node_slots_used: 'slots of this node that are taken now',
  holdfast_node_lease_age_ms:
    'milliseconds since the last acknowledged beat of the lease was sent, at most a second old',
  holdfast_jobs_closed_total: 'jobs that this orchestrator closed, by kind and state',
  holdfast_failovers_total: 'failovers of jobs that this orchestrator closed, by kind',
  holdfast_results_total: 'results that this orchestrator put on record, by verdict',
  holdfast_results_refused_total: 'results that are none of their job, by why',
  holdfast_late_after_cleanup_total: 'results that came after the clean-up of their job',
  holdfast_sessions_skipped_total: 'indexes of sessions that this orchestrator passed over',
  holdfast_pruned_total: 'rows that the clean-up of this orchestrator stripped or dropped, by what',
  holdfast_outbox_lag_seconds:
    'how long after they were enqueued this orchestrator started the jobs of the outbox',
  holdfast_outbox_rows: 'rows of the outbox, by state: waiting or dead',
  holdfast_outbox_dead_total: 'rows of the outbox that this orchestrator called dead, by code',
  holdfast_recovered_total: 'what sweeps of this orchestrator repaired, by strategy',
  holdfast_schedule_lag_seconds:
    'how far behind a schedule is: now, less the last time that is decided and its delay',
  holdfast_schedule_planned: 'plans of a schedule that are due and were not started',
  holdfast_schedule_running_stale: 'runs of a schedule that are open for longer than one may take',
  holdfast_plans_total:
    'times that ticks of this orchestrator decided, by schedule and decision: planned, or why skipped',
  holdfast_plans_late_total:
    'runs that this orchestrator started more than a minute after they were due, by schedule',
  holdfast_ledger_seconds: 'how long calls to the ledger took, by call and outcome',
  holdfast_alert: '1 while the alert of this name is raised, else 0',
  holdfast_late_results_total: 'late results of this node that were settled, by outcome',
  holdfast_late_results_waiting: 'late results that wait on this node to be delivered',
} as const satisfies Record<`holdfast_${string}`, string>;

/** Takes in what the metrics count. Without a metrics endpoint it does nothing. */
export interface Metrics {
  attemptStarted(): void;
  attemptEnded(labels: { readonly kind: string; readonly outcome: string }, tookMs: number): void;
  nodeSlots(slots: number): void;
  slotsUsed(used: number): void;
  leaseAge(ageMs: number): void;
  jobClosed(labels: { readonly kind: string; readonly state: string }, failovers: number): void;
  /** `isAfterCleanup`: it came after the clean-up of its job. */
  resultJudged(verdict: Verdict, isAfterCleanup: boolean): void;
  resultRefused(why: string): void;
  indexesSkipped(count: number): void;
  pruned(what: string, count: number): void;
  outboxStarted(lagMs: number): void;
  outboxRows(state: 'waiting' | 'dead', count: number): void;
  outboxDead(code: string): void;
  recovered(strategy: SweepStrategy, count: number): void;
  scheduleLag(schedule: string, lagMs: number): void;
  schedulePlanned(schedule: string, plans: number): void;
  scheduleStale(schedule: string, runs: number): void;
  timesDecided(schedule: string, decision: string, count: number): void;
  planStartedLate(schedule: string): void;
  ledgerCalled(labels: { readonly call: string; readonly outcome: string }, tookMs: number): void;
  alert(name: string, isRaised: boolean): void;
  lateResults(outcome: 'delivered' | 'dropped' | 'refused', count: number): void;
  lateResultsWaiting(count: number): void;
}

/** The metrics of this process, on the SDK's runtime, which exports them. */
export function processMetrics(): Metrics {
  const { counter, seconds, gauge } = instruments();
  const attempts = counter('holdfast_attempts_total');
  const attemptSeconds = seconds('holdfast_attempt_seconds');
  const running = gauge('holdfast_running_attempts');
  const slots = gauge('holdfast_node_slots');
  const slotsUsed = gauge('holdfast_node_slots_used');
  const leaseAge = gauge('holdfast_node_lease_age_ms');
  const closed = counter('holdfast_jobs_closed_total');
  const failovers = counter('holdfast_failovers_total');
  const results = counter('holdfast_results_total');
  const refused = counter('holdfast_results_refused_total');
  const afterCleanup = counter('holdfast_late_after_cleanup_total');
  const skipped = counter('holdfast_sessions_skipped_total');
  const pruned = counter('holdfast_pruned_total');
  const outboxLag = seconds('holdfast_outbox_lag_seconds');
  const outboxRows = gauge('holdfast_outbox_rows');
  const outboxDead = counter('holdfast_outbox_dead_total');
  const recovered = counter('holdfast_recovered_total');
  const ledgerSeconds = seconds('holdfast_ledger_seconds');
  const alerts = gauge('holdfast_alert');
  const lateResults = counter('holdfast_late_results_total');
  const lateResultsWaiting = gauge('holdfast_late_results_waiting');
  let runningNow = 0;
  return {
    attemptStarted: () => running.set(++runningNow),
    attemptEnded: (labels, tookMs) => {
      running.set(--runningNow);
      attempts.add(1, labels);
      attemptSeconds.record(tookMs / 1000, labels);
    },
    nodeSlots: (count) => slots.set(count),
    slotsUsed: (used) => slotsUsed.set(used),
    leaseAge: (ageMs) => leaseAge.set(Math.round(ageMs)),
    jobClosed: ({ kind, state }, moves) => {
      closed.add(1, { kind, state });
      if (moves > 0) failovers.add(moves, { kind });
    },
    resultJudged: (verdict, isAfterCleanup) => {
      results.add(1, { verdict });
      if (isAfterCleanup) afterCleanup.add(1);
    },
    resultRefused: (why) => refused.add(1, { why }),
    indexesSkipped: (count) => skipped.add(count),
    pruned: (what, count) => pruned.add(count, { what }),
    outboxStarted: (lagMs) => outboxLag.record(lagMs / 1000, {}),
    outboxRows: (state, count) => outboxRows.set(count, { state }),
    outboxDead: (code) => outboxDead.add(1, { code }),
    recovered: (strategy, count) => recovered.add(count, { strategy }),
    ...scheduleMetrics(counter, gauge),
    ledgerCalled: (labels, tookMs) => ledgerSeconds.record(tookMs / 1000, labels),
    alert: (name, isRaised) => alerts.set(isRaised ? 1 : 0, { name }),
    lateResults: (outcome, count) => lateResults.add(count, { outcome }),
    lateResultsWaiting: (count) => lateResultsWaiting.set(count),
  };
}

/** What makes the metrics of the list. */
function instruments() {
  const meter = Runtime.instance().metricMeter;
  // The exporter adds `_total` to counters by itself.
  const counter = (name: keyof typeof METRICS) =>
    meter.createCounter(name.replace(/_total$/, ''), undefined, METRICS[name]);
  const seconds = (name: keyof typeof METRICS) =>
    meter.createHistogram(name, 'float', undefined, METRICS[name]);
  const gauge = (name: keyof typeof METRICS) =>
    meter.createGauge(name, 'int', undefined, METRICS[name]);
  return { counter, seconds, gauge };
}

type Name = keyof typeof METRICS;
type Meter = typeof Runtime.prototype.metricMeter;

function scheduleMetrics(
  counter: (name: Name) => ReturnType<Meter['createCounter']>,
  gauge: (name: Name) => ReturnType<Meter['createGauge']>,
): Pick<
  Metrics,
  'scheduleLag' | 'schedulePlanned' | 'scheduleStale' | 'timesDecided' | 'planStartedLate'
> {
  const scheduleLag = gauge('holdfast_schedule_lag_seconds');
  const schedulePlanned = gauge('holdfast_schedule_planned');
  const scheduleStale = gauge('holdfast_schedule_running_stale');
  const plans = counter('holdfast_plans_total');
  const latePlans = counter('holdfast_plans_late_total');
  return {
    scheduleLag: (schedule, lagMs) => scheduleLag.set(Math.round(lagMs / 1000), { schedule }),
    schedulePlanned: (schedule, plans) => schedulePlanned.set(plans, { schedule }),
    scheduleStale: (schedule, runs) => scheduleStale.set(runs, { schedule }),
    timesDecided: (schedule, decision, count) => plans.add(count, { schedule, decision }),
    planStartedLate: (schedule) => latePlans.add(1, { schedule }),
  };
}
