import type { ScheduleSpec } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { HoldfastError } from '../../domain/errors.ts';
import { alarmId, tickWorkflowId } from '../../domain/ids.ts';
import { TICK_WORKFLOW } from '../../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { ScheduleDefinition } from '../../domain/schedule-definition.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';

/*
 * The alarm of a schedule is a Temporal Schedule that starts its tick when it is due. It decides
 * nothing: without it, and with one that is wrong, the tick comes with the next look of an
 * orchestrator.
 */

/** Sets the alarm of a schedule. @throws HoldfastError `temporal_unavailable` */
export async function setAlarm(
  { client, place }: Pick<Connections, 'client' | 'place'>,
  definition: ScheduleDefinition,
  { isPaused }: { readonly isPaused: boolean },
): Promise<void> {
  const { name } = definition;
  const spec = alarmSpec(definition);
  const policies = { overlap: 'SKIP' as const, catchupWindow: '10s' };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: TICK_WORKFLOW,
    workflowId: tickWorkflowId(name),
    taskQueue: ORCHESTRATOR_QUEUE,
    args: [{ schedule: name }],
  };
  const scheduleId = alarmId(name);
  try {
    await client.schedule.create({
      scheduleId,
      spec,
      policies,
      action,
      state: { paused: isPaused },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw temporalError(error, place);
    await client.schedule
      .getHandle(scheduleId)
      .update(({ state }) => ({
        ...{ spec, policies, state: { ...state, paused: isPaused } },
        action,
      }))
      .catch((failure: unknown) => {
        throw temporalError(failure, place);
      });
  }
}

/** Takes the alarm of a schedule away. @throws HoldfastError `temporal_unavailable` */
export async function deleteAlarm(
  { client, place }: Pick<Connections, 'client' | 'place'>,
  name: string,
): Promise<void> {
  try {
    await client.schedule.getHandle(alarmId(name)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw temporalError(error, place);
  }
}

/** Starts the tick of a schedule now, unless it runs. @throws HoldfastError `temporal_unavailable` */
export async function wakeTick(
  { client, place }: Pick<Connections, 'client' | 'place'>,
  name: string,
): Promise<void> {
  try {
    await client.workflow.start(TICK_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: tickWorkflowId(name),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowTaskTimeout: '5s',
      args: [{ schedule: name }],
    });
  } catch (error) {
    throw temporalError(error, place);
  }
}

/** {@link wakeTick}; a failure of Temporal delays the tick to the next look of an orchestrator. */
export async function tryWakeTick(
  connections: Pick<Connections, 'client' | 'place'>,
  name: string,
): Promise<void> {
  await wakeTick(connections, name).catch((error: unknown) => {
    if (!(error instanceof HoldfastError)) throw error;
  });
}

/** Around the times of a schedule: where the two disagree, such as on days when clocks change, ours count. */
function alarmSpec({ plan: { timing, timezone, delayMs } }: ScheduleDefinition): ScheduleSpec {
  if (timing.kind === 'every') {
    return { intervals: [{ every: timing.everyMs, offset: delayMs % timing.everyMs }] };
  }
  // With a delay it rings at the time itself, when nothing is due yet: the orchestrators look then.
  return { cronExpressions: [timing.cron.trim()], timezone };
}
