import { getClient } from '@temporalio/activity';
import type { ControlActivities } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import { nodeOfIdentity } from '../../domain/node-identity.ts';

type Client = ReturnType<typeof getClient>;
type History = Awaited<
  ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>
>['history'];
type HistoryEvent = NonNullable<NonNullable<History>['events']>[number];

/** How far back to look: the attempt that was just lost is among the newest events. */
const NEWEST_EVENTS = 50;

/**
 * Which node ran the newest activity with an id: the workflow's history keeps the identity of the
 * worker that started it, which a timeout does not tell.
 */
export const findAttempt: ControlActivities['findAttempt'] = async (attempt) => {
  const { workflowService, options } = getClient();
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution: { workflowId: attempt.workflowId, runId: attempt.runId },
    maximumPageSize: NEWEST_EVENTS,
  });
  return placeIn(history?.events ?? [], attempt.activityId);
};

function placeIn(newestFirst: HistoryEvent[], activityId: string): AttemptPlace {
  const scheduled = newestFirst.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === activityId,
  );
  const started = newestFirst.find(
    ({ activityTaskStartedEventAttributes: attributes }) =>
      attributes?.scheduledEventId?.toString() === scheduled?.eventId?.toString(),
  );
  const at = started?.eventTime;
  return {
    node: nodeOfIdentity(started?.activityTaskStartedEventAttributes?.identity),
    startedAt:
      at == null ? undefined : Number(at.seconds) * 1000 + Math.round((at.nanos ?? 0) / 1e6),
  };
}
