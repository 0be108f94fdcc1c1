import type { Logger } from 'pino';
import type { Connections } from '../../client/connections.ts';
import { wakeTick } from '../../client/schedules/alarm.ts';
import { AlarmRepair } from '../../client/schedules/repair-alarms.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

/** Schedules that are looked for at a time, and ticks that are started at once. */
const BATCH = 1_000;
const AT_ONCE = 16;

/**
 * Starts a tick of every schedule that is due, at once and then every so often: by this a lost alarm
 * delays a schedule, and no more. Any number of orchestrators may do so.
 */
export function tickSchedules(
  connections: Connections,
  intervalMs: number,
  log: Logger,
): RunningLoop {
  const { schedules } = connections.ledger;
  let isFirst = true;
  const waitMs = (): number => {
    if (!isFirst) return intervalMs;
    isFirst = false;
    return 0;
  };
  const runOnce = async (): Promise<void> => {
    const due = await schedules.overdue(BATCH);
    await eachAtOnce(due, AT_ONCE, (name) => wakeTick(connections, name));
  };
  return repeat({ name: 'tick_schedules', waitMs, runOnce }, log);
}

/** Repairs the alarms of schedules from their definitions, now and then. */
export function repairScheduleAlarms(
  connections: Connections,
  intervalMs: number,
  log: Logger,
): RunningLoop {
  const repair = new AlarmRepair();
  const refused = new Set<string>();
  const onRefused = (schedule: string, err: unknown): void => {
    if (!refused.has(schedule)) log.warn({ schedule, err }, 'schedule.without_alarm');
    refused.add(schedule);
  };
  const runOnce = async (): Promise<void> => {
    const stored = await connections.ledger.schedules.list();
    const alarms = stored.map(({ document, paused }) => ({
      definition: resolveDefinition(document),
      isPaused: paused !== undefined,
    }));
    const repaired = await repair.run(connections, alarms, onRefused);
    if (repaired > 0) log.info({ repaired }, 'schedule.alarms_set');
  };
  return repeat({ name: 'repair_alarms', waitMs: () => intervalMs, runOnce }, log);
}
