import type { Finding } from '../../domain/doctor/finding.ts';
import { orchestratorFindings } from '../../domain/doctor/orchestrator-findings.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { ExaminedTemporal } from './examined.ts';

// temporal.api.enums.v1.TaskQueueType
const WORKFLOW = 1;

/** Who polls the queue of the orchestrators, and what waits in it. */
export async function lookAtOrchestrators(
  { client, place }: ExaminedTemporal,
  temporalNow: number,
): Promise<Finding[]> {
  const { pollers, stats } = await client.workflowService.describeTaskQueue({
    namespace: place.namespace,
    taskQueue: { name: ORCHESTRATOR_QUEUE },
    taskQueueType: WORKFLOW,
    reportStats: true,
  });
  return orchestratorFindings({
    pollers: (pollers ?? []).map(({ identity, lastAccessTime }) => ({
      identity: identity ?? 'unknown',
      agoMs: Math.max(0, temporalNow - millisecondsOf(lastAccessTime)),
    })),
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    backlogAgeMs: millisecondsOf(stats?.approximateBacklogAge),
  });
}

function millisecondsOf(
  time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1_000_000;
}
