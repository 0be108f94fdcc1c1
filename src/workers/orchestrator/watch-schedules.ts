import type { Logger } from 'pino';
import { createOccurrences } from '../../cron/create-occurrences.ts';
import { nextTime } from '../../cron/next-time.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { Alerts } from '../alerts.ts';
import type { Metrics } from '../metrics.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

type Figures = Awaited<ReturnType<Ledger['schedules']['figures']>>[number];

/** A start that is later than this is a late one. */
export const LATE_MS = 60_000;

/** How often it is looked, and how far behind a schedule may be. */
export interface ScheduleWatch {
  readonly intervalMs: number;
  /** A schedule that is behind by more than so many of its times is an alert. */
  readonly lagCadences: number;
}

/** Shows how far behind schedules are, and alerts when one is too far. */
export function watchSchedules(
  { schedules }: Pick<Ledger, 'schedules'>,
  metrics: ScheduleGauges,
  log: Logger,
  { intervalMs, lagCadences }: ScheduleWatch,
): RunningLoop {
  const alerts = new Alerts(log, metrics);
  let shown: readonly string[] = [];
  const runOnce = async (): Promise<void> => {
    const all = await schedules.figures();
    for (const figures of all) show(metrics, figures);
    const names = new Set(all.map(({ name }) => name));
    // A gauge keeps its last value.
    for (const name of shown) if (!names.has(name)) show(metrics, { ...NONE, name });
    shown = [...names];
    const isLate = (each: Figures) => isBehind(each, lagCadences);
    const behind = all.filter(isLate).map(({ name, lagMs }) => ({ schedule: name, lagMs }));
    if (behind.length === 0) alerts.clear('schedule_lag');
    else alerts.raise('schedule_lag', { ...behind[0], schedules: behind.length });
  };
  return repeat({ name: 'watch_schedules', waitMs: () => intervalMs, runOnce }, log);
}

type ScheduleGauges = Pick<Metrics, 'alert' | 'scheduleLag' | 'schedulePlanned' | 'scheduleStale'>;

/** A schedule that was removed. */
const NONE = { lagMs: 0, isPaused: true, planned: 0, runningStale: 0 };

function show(
  metrics: ScheduleGauges,
  { name, lagMs, isPaused, planned, runningStale }: Omit<Figures, 'document' | 'decidedThrough'>,
): void {
  metrics.scheduleLag(name, isPaused ? 0 : Math.max(0, lagMs));
  metrics.schedulePlanned(name, planned);
  metrics.scheduleStale(name, runningStale);
}

/**
 * Whether so many times after the last one that is decided are over: of a cadence, that it is behind by more
 * than that; a cron expression has nights and weekends.
 */
function isBehind(
  { document, decidedThrough, lagMs, isPaused }: Figures,
  lagCadences: number,
): boolean {
  if (isPaused) return false;
  const { plan } = resolveDefinition(document);
  const decided = decidedThrough.getTime();
  if (plan.timing.kind === 'every') return lagMs > lagCadences * plan.timing.everyMs;
  const occurrences = createOccurrences(plan, 'schedule.');
  let time: number | undefined = decided;
  for (let n = 0; n < lagCadences && time !== undefined; n++) time = nextTime(occurrences, time);
  return time !== undefined && decided + lagMs > time;
}
