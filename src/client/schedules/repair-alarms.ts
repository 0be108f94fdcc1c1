import { alarmId } from '../../domain/ids.ts';
import type { ScheduleDefinition } from '../../domain/schedule-definition.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';
import { deleteAlarm, setAlarm } from './alarm.ts';

/** What an alarm is made of. */
export interface AlarmOf {
  readonly definition: ScheduleDefinition;
  readonly isPaused: boolean;
}

type Temporal = Pick<Connections, 'client' | 'place'>;

/** Keeps the alarms of schedules as their definitions say, whoever took one away or could not set it. */
export class AlarmRepair {
  /** What this process has set, so that it is not set again as long as it stays so. */
  readonly #set = new Map<string, string>();

  /**
   * Repairs all alarms; answers how many were set or taken away. One that Temporal refuses is told and
   * left out.
   *
   * @throws HoldfastError `temporal_unavailable`
   */
  async run(
    connections: Temporal,
    alarms: readonly AlarmOf[],
    onRefused: (name: string, error: unknown) => void,
  ): Promise<number> {
    const found = await alarmsThere(connections);
    const wanted = new Set(alarms.map(({ definition }) => definition.name));
    let repaired = 0;
    for (const name of found) {
      if (wanted.has(name)) continue;
      await deleteAlarm(connections, name);
      repaired++;
    }
    for (const alarm of alarms) {
      const { name } = alarm.definition;
      const madeOf = JSON.stringify([alarm.definition.plan, alarm.isPaused]);
      if (found.has(name) && this.#set.get(name) === madeOf) continue;
      try {
        await setAlarm(connections, alarm.definition, alarm);
        this.#set.set(name, madeOf);
        repaired++;
      } catch (error) {
        onRefused(name, error);
      }
    }
    return repaired;
  }
}

/** The schedules that have an alarm. */
async function alarmsThere({ client, place }: Temporal): Promise<Set<string>> {
  const prefix = alarmId('');
  const found = new Set<string>();
  try {
    for await (const { scheduleId } of client.schedule.list({ pageSize: 1_000 })) {
      if (scheduleId.startsWith(prefix)) found.add(scheduleId.slice(prefix.length));
    }
  } catch (error) {
    throw temporalError(error, place);
  }
  return found;
}
