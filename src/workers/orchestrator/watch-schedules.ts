import type { Logger } from 'pino';
import { createOccurrences } from '../../cron/create-occurrences.ts';
import { nextTime } from '../../cron/next-time.ts';
import type { PlanSpec } from '../../domain/schedule.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { Alerts } from '../alerts.ts';
import type { Metrics } from '../metrics.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

type Figures = Awaited<ReturnType<Ledger['schedules']['figures']>>[number];

/** A day of decisions is enough to see where a schedule stands. */
const SINCE_MS = 86_400_000;

/** A start that is later than this is a late one. */
export const LATE_MS = 60_000;

/** How often it is looked, and how far behind a schedule may be. */
export interface ScheduleWatch {
  readonly intervalMs: number;
  /** A schedule behind by more than so many of its cadences is an alert. */
  readonly lagCadences: number;
}

/** Shows how far behind schedules are, and alerts when one is too far. */
export function watchSchedules(
  { schedules }: Pick<Ledger, 'schedules'>,
  metrics: Metrics,
  log: Logger,
  { intervalMs, lagCadences }: ScheduleWatch,
): RunningLoop {
  const alerts = new Alerts(log, metrics);
  const runOnce = async (): Promise<void> => {
    const behind: object[] = [];
    for (const figures of await schedules.figures(SINCE_MS, LATE_MS)) {
      const { name, lagMs, isPaused, runningStale } = figures;
      const shownMs = isPaused || lagMs === undefined ? 0 : Math.max(0, lagMs);
      metrics.scheduleLag(name, shownMs);
      metrics.scheduleStale(name, runningStale);
      if (shownMs > lagCadences * cadenceMs(figures)) {
        behind.push({ schedule: name, lagMs: Math.round(shownMs) });
      }
    }
    if (behind.length === 0) alerts.clear('schedule_lag');
    else alerts.raise('schedule_lag', { ...behind[0], schedules: behind.length });
  };
  return repeat({ name: 'watch_schedules', waitMs: () => intervalMs, runOnce }, log);
}

/** The time between two times of a schedule: of a cron expression, between the next two. */
function cadenceMs({ document, decidedThrough }: Figures): number {
  return lengthOf(resolveDefinition(document).plan, decidedThrough?.getTime() ?? 0);
}

function lengthOf(plan: PlanSpec, after: number): number {
  if (plan.timing.kind === 'every') return plan.timing.everyMs;
  const occurrences = createOccurrences(plan, 'schedule.');
  const first = nextTime(occurrences, after);
  const second = first === undefined ? undefined : nextTime(occurrences, first);
  return first === undefined || second === undefined ? Infinity : second - first;
}
