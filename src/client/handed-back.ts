import { nodeWorkflowId } from '../domain/ids.ts';
import type { NodeNews } from '../domain/messages.ts';
import { DRAINED_SIGNAL, STOPPING_SIGNAL } from '../domain/messages.ts';
import type { HeldAttempt } from '../domain/node.ts';
import type { Connections } from './connections.ts';
import { decodePayload } from './decode-payload.ts';
import { eventTime } from './event-time.ts';
import { opened } from './opened.ts';

const NEWS: readonly unknown[] = [DRAINED_SIGNAL, STOPPING_SIGNAL];

/**
 * The attempts that a node gave back since a time, as it said itself: from the newest page of the
 * history of its workflow.
 *
 * @param sinceMs by the server's clock, milliseconds since the Unix epoch
 */
export async function handedBackSince(
  { client, place }: Connections,
  name: string,
  sinceMs: number,
): Promise<readonly HeldAttempt[]> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: place.namespace,
    execution: { workflowId: nodeWorkflowId(name) },
  });
  await opened(client, history);
  return (history?.events ?? []).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (!NEWS.includes(signal?.signalName) || eventTime(event).getTime() < sinceMs) return [];
    const news = decodePayload(signal?.input?.payloads?.[0]) as NodeNews | undefined;
    return news?.handedBack ?? [];
  });
}
