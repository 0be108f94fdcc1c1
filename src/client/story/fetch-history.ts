import { jobWorkflowId } from '../../domain/ids.ts';
import type { Connections } from '../connections.ts';
import type { HistoryEvent } from '../event-time.ts';
import { opened } from '../opened.ts';

/** A job's events, and whether they go back to its beginning. */
export interface FetchedHistory {
  readonly events: readonly HistoryEvent[];
  readonly isWhole: boolean;
}

/** A job that has waited for months has had more runs than anyone reads. */
const RUNS_READ = 20;
// google.rpc.Code
const NOT_FOUND = 5;

/**
 * The events of a job's workflow, those of the runs that it continued included, the oldest first.
 * Undefined when Temporal knows it no more.
 */
export async function fetchHistory(
  connections: Connections,
  id: string,
  generation: number,
): Promise<FetchedHistory | undefined> {
  let events: HistoryEvent[] = [];
  let runId: string | undefined;
  for (let runs = 0; runs < RUNS_READ; runs++) {
    const run = await fetchRun(connections, jobWorkflowId(id, generation), runId);
    // The retention of a run begins when it ends: earlier ones are gone first.
    if (run === undefined) return runs === 0 ? undefined : { events, isWhole: false };
    events = [...run, ...events];
    const started = run[0]?.workflowExecutionStartedEventAttributes;
    const earlier = started?.continuedExecutionRunId ?? '';
    if (earlier === '') return { events, isWhole: true };
    runId = earlier;
  }
  return { events, isWhole: false };
}

async function fetchRun(
  { client, place }: Connections,
  workflowId: string,
  runId: string | undefined,
): Promise<HistoryEvent[] | undefined> {
  const events: HistoryEvent[] = [];
  const execution = { workflowId, ...(runId === undefined ? {} : { runId }) };
  let nextPageToken: Uint8Array | undefined;
  try {
    do {
      const page = await client.workflowService.getWorkflowExecutionHistory({
        namespace: place.namespace,
        execution,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      });
      events.push(...((await opened(client, page.history))?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while ((nextPageToken?.length ?? 0) > 0);
    return events;
  } catch (error) {
    if ((error as { code?: unknown }).code === NOT_FOUND) return undefined;
    throw error;
  }
}
