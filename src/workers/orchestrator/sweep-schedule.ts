import type { Client, ScheduleOptions } from '@temporalio/client';
import { ScheduleAlreadyRunning, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Logger } from 'pino';
import { SWEEP_SCHEDULE, SWEEP_WORKFLOW } from '../../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

/** How soon a first try that failed is repeated. */
const RETRY_MS = 5_000;

/** How often it is looked whether the schedule is still as it should be. */
const LOOK_MS = 10 * 60_000;

/**
 * Sees to it that there is a schedule which sweeps, and has it sweep once at the start. Any number of
 * orchestrators may do so: there is one schedule, and it has one sweep at a time. They should all be given the
 * same interval.
 */
export function scheduleSweeps(client: Client, intervalMs: number, log: Logger): RunningLoop {
  let hasSwept = false;
  let waitMs = 0;
  const runOnce = async (): Promise<void> => {
    waitMs = RETRY_MS;
    const maySweep = await ensureSchedule(client, intervalMs);
    if (maySweep && !hasSwept) await startSweep(client);
    hasSwept = true;
    waitMs = LOOK_MS;
  };
  return repeat({ name: 'schedule_sweeps', waitMs: () => waitMs, runOnce }, log);
}

/**
 * Sweeps now, unless a sweep of another start is under way. Not by a trigger of the schedule: in a new
 * namespace it takes the server's scheduler a while to come up.
 */
async function startSweep(client: Client): Promise<void> {
  try {
    await client.workflow.start(SWEEP_WORKFLOW, {
      workflowId: `${SWEEP_WORKFLOW}/start`,
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      args: [],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/**
 * Answers whether it may sweep: operators pause the schedule. An update drops times that are
 * due, so it is made only where it changes something.
 */
async function ensureSchedule(client: Client, intervalMs: number): Promise<boolean> {
  try {
    await client.schedule.create(scheduleOf(intervalMs));
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = client.schedule.getHandle(SWEEP_SCHEDULE);
  const { spec, state } = await handle.describe();
  if (spec.intervals?.length !== 1 || spec.intervals[0]?.every !== intervalMs) {
    const { spec: wanted, action, policies } = scheduleOf(intervalMs);
    await handle.update((old) => ({ state: old.state, spec: wanted, action, policies }));
  }
  return !state.paused;
}

function scheduleOf(intervalMs: number) {
  return {
    scheduleId: SWEEP_SCHEDULE,
    spec: { intervals: [{ every: intervalMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: SWEEP_WORKFLOW,
      workflowId: SWEEP_WORKFLOW,
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [],
    },
    policies: {
      overlap: 'SKIP',
      // Sweeps that were missed are not made up for: the next one sees it all.
      catchupWindow: '10s',
    },
    memo: { by: 'holdfast' },
  } as const satisfies ScheduleOptions;
}
