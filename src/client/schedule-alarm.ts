import type { ScheduleOptions, ScheduleOptionsAction, ScheduleSpec } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { alarmId, tickWorkflowId } from '../domain/ids.ts';
import { TICK_WORKFLOW } from '../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../domain/queues.ts';
import type { PlanSpec } from '../domain/schedule.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** What an alarm is made of. */
export interface AlarmOf {
  readonly name: string;
  readonly revision: number;
  readonly plan: PlanSpec;
  readonly isPaused: boolean;
}

/** The field of an alarm's memo that tells what it was made of. */
const MADE_OF = 'madeOf';

type Temporal = Pick<Connections, 'client' | 'place'>;

/**
 * Sets the alarm of a schedule: a Temporal Schedule that starts a tick at each of its times. It is no
 * more than that: what is due is decided by the ticks, and a lost alarm is made good by the next look
 * of any orchestrator. A schedule that is paused, or whose times Temporal cannot tell, has none.
 *
 * @throws HoldfastError `temporal_unavailable`
 */
export async function setAlarm(connections: Temporal, alarm: AlarmOf): Promise<void> {
  const spec = alarm.isPaused ? undefined : specOf(alarm.plan);
  if (spec === undefined) return removeAlarm(connections, alarm.name);
  const { client, place } = connections;
  const options = optionsOf(alarm, spec);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw temporalError(error, place);
    // An update leaves the memo as it was: this one tells what it is made of.
    await removeAlarm(connections, alarm.name);
    await client.schedule.create(options).catch((again: unknown) => {
      // Somebody else was quicker.
      if (!(again instanceof ScheduleAlreadyRunning)) throw temporalError(again, place);
    });
  }
}

/** Takes the alarm of a schedule away, if it has one. @throws HoldfastError `temporal_unavailable` */
export async function removeAlarm({ client, place }: Temporal, name: string): Promise<void> {
  try {
    await client.schedule.getHandle(alarmId(name)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw temporalError(error, place);
  }
}

/**
 * Brings the alarms to what the definitions say; answers how many were set or taken away. One that
 * Temporal refuses is told and left out.
 *
 * @throws HoldfastError `temporal_unavailable`
 */
export async function repairAlarms(
  connections: Temporal,
  alarms: readonly AlarmOf[],
  onRefused: (name: string, error: unknown) => void,
): Promise<number> {
  const wanted = new Map(
    alarms.flatMap((alarm) =>
      alarm.isPaused || specOf(alarm.plan) === undefined ? [] : [[alarmId(alarm.name), alarm]],
    ),
  );
  const found = await alarmsThere(connections);
  let repaired = 0;
  for (const id of found.keys()) {
    if (wanted.has(id)) continue;
    await removeAlarm(connections, id.slice(alarmId('').length));
    repaired++;
  }
  for (const [id, alarm] of wanted) {
    if (found.get(id) === madeOf(alarm)) continue;
    try {
      await setAlarm(connections, alarm);
      repaired++;
    } catch (error) {
      onRefused(alarm.name, error);
    }
  }
  return repaired;
}

/** The alarms that Temporal has, with what they are made of. */
async function alarmsThere({ client, place }: Temporal): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  try {
    for await (const { scheduleId, memo } of client.schedule.list({ pageSize: 1_000 })) {
      if (scheduleId.startsWith(alarmId(''))) found.set(scheduleId, memo?.[MADE_OF]);
    }
  } catch (error) {
    throw temporalError(error, place);
  }
  return found;
}

function madeOf({ plan }: AlarmOf): string {
  return JSON.stringify([plan.timing, plan.timezone, plan.delayMs]);
}

function optionsOf(alarm: AlarmOf, spec: ScheduleSpec): ScheduleOptions<ScheduleOptionsAction> {
  const { name } = alarm;
  return {
    scheduleId: alarmId(name),
    spec,
    memo: { [MADE_OF]: madeOf(alarm) },
    action: {
      type: 'startWorkflow',
      workflowType: TICK_WORKFLOW,
      workflowId: tickWorkflowId(name),
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowTaskTimeout: '5s',
      args: [name],
    },
    policies: { overlap: 'SKIP', catchupWindow: '10s' },
  };
}

/** Undefined: Temporal has no word for such times; the orchestrators' looks are alarm enough. */
function specOf({ timing, timezone, delayMs }: PlanSpec): ScheduleSpec | undefined {
  if (timing.kind === 'every') {
    const offset = delayMs % timing.everyMs;
    return { intervals: [{ every: timing.everyMs, offset }] };
  }
  if (delayMs > 0) return undefined;
  return { cronExpressions: [timing.cron], timezone };
}
