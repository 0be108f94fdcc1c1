import type { Client } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Finding } from '../../domain/doctor/finding.ts';
import type { LastSweep, SweepFacts } from '../../domain/doctor/sweep-findings.ts';
import { sweepFindings } from '../../domain/doctor/sweep-findings.ts';
import { SWEEP_SCHEDULE, SWEEP_WORKFLOW } from '../../domain/messages.ts';
import type { SweepReport } from '../../domain/sweep.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ExaminedTemporal } from './examined.ts';

/** Whether sweeps run, and what the last one came to. */
export async function lookAtSweep(
  temporal: ExaminedTemporal | undefined,
  ledger: Ledger,
  temporalNow: number,
): Promise<Finding[]> {
  const owner = await ledger.sweep.namespace();
  if (temporal === undefined) {
    return sweepFindings({ owner, namespace: undefined, schedule: undefined, last: undefined });
  }
  const { client, place, namespaceId } = temporal;
  const [schedule, last] = await Promise.all([scheduleOf(client), lastSweep(client, temporalNow)]);
  return sweepFindings({ owner, namespace: `${place.namespace} ${namespaceId}`, schedule, last });
}

async function scheduleOf(client: Client): Promise<SweepFacts['schedule']> {
  try {
    const { state, spec } = await client.schedule.getHandle(SWEEP_SCHEDULE).describe();
    const every = spec.intervals?.[0]?.every;
    return { isPaused: state.paused, everyMs: typeof every === 'number' ? every : undefined };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return 'missing';
    throw error;
  }
}

const ENDED = `WorkflowType = '${SWEEP_WORKFLOW}' AND ExecutionStatus IN ('Completed', 'Failed', 'TimedOut')`;

/** The sweep that ended last; the newest come first. */
async function lastSweep(client: Client, now: number): Promise<LastSweep | undefined> {
  for await (const { workflowId, runId, status, closeTime } of client.workflow.list({
    query: ENDED,
    pageSize: 1,
  })) {
    const agoMs = Math.max(0, now - (closeTime?.getTime() ?? now));
    if (status.name !== 'COMPLETED') return { agoMs, report: undefined };
    const handle = client.workflow.getHandle(workflowId, runId, { firstExecutionRunId: runId });
    return { agoMs, report: (await handle.result()) as SweepReport };
  }
  return undefined;
}
