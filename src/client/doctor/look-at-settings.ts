import type { Finding } from '../../domain/doctor/finding.ts';
import { settingsFindings } from '../../domain/doctor/settings-findings.ts';
import { ORCHESTRATOR_QUEUE } from '../../domain/queues.ts';
import type { ExaminedTemporal } from './examined.ts';

/** What the server shows of its dynamic settings. */
export async function lookAtSettings(temporal: ExaminedTemporal): Promise<Finding[]> {
  const { client, place, capabilities } = temporal;
  const partitions = await client.workflowService
    .listTaskQueuePartitions({
      namespace: place.namespace,
      taskQueue: { name: ORCHESTRATOR_QUEUE },
    })
    .then(({ workflowTaskQueuePartitions }) => workflowTaskQueuePartitions?.length)
    .catch(() => undefined);
  return settingsFindings({
    // What is off is not sent, nor is what an older server does not know: either way it is not on.
    cancelsPolls: capabilities.workerPollCompleteOnShutdown ?? false,
    hasWorkerCommands: capabilities.workerCommands ?? false,
    partitions,
  });
}
