import { getClient } from '@temporalio/activity';
import type { ControlActivities } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import { incarnationOfIdentity, nodeOfIdentity } from '../../domain/node-identity.ts';

type Client = ReturnType<typeof getClient>;
type History = Awaited<
  ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>
>['history'];
type HistoryEvent = NonNullable<NonNullable<History>['events']>[number];

/** How far back to look: the attempt that was just lost is among the newest events. */
const NEWEST_EVENTS = 50;

// temporal.api.enums.v1.PendingActivityState
const STARTED = 2;

/**
 * Which node runs or ran the newest activity with an id. While it runs the server knows; afterwards
 * the workflow's history keeps the identity of the worker that started it, which a timeout does not
 * tell.
 */
export const findAttempt: ControlActivities['findAttempt'] = async (attempt) => {
  const client = getClient();
  const running = await findRunning(client, attempt);
  if (running !== undefined) return running;
  const { workflowService, options } = client;
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution: { workflowId: attempt.workflowId, runId: attempt.runId },
    maximumPageSize: NEWEST_EVENTS,
  });
  return placeIn(history?.events ?? [], attempt.activityId);
};

async function findRunning(
  client: Client,
  { workflowId, runId, activityId }: Parameters<ControlActivities['findAttempt']>[0],
): Promise<AttemptPlace | undefined> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const pending = raw.pendingActivities?.find((each) => each.activityId === activityId);
  if (pending === undefined || Number(pending.state) !== STARTED) return undefined;
  const beatAt = msOf(pending.lastHeartbeatTime);
  return {
    ...placeOf(pending.lastWorkerIdentity),
    startedAt: msOf(pending.lastStartedTime),
    ...(beatAt === undefined ? {} : { beatAt }),
  };
}

function placeIn(newestFirst: HistoryEvent[], activityId: string): AttemptPlace {
  const scheduled = newestFirst.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityId === activityId,
  );
  const started = newestFirst.find(
    ({ activityTaskStartedEventAttributes: attributes }) =>
      attributes?.scheduledEventId?.toString() === scheduled?.eventId?.toString(),
  );
  return {
    ...placeOf(started?.activityTaskStartedEventAttributes?.identity),
    startedAt: msOf(started?.eventTime),
  };
}

function placeOf(identity: string | null | undefined): Pick<AttemptPlace, 'node' | 'incarnation'> {
  const incarnation = incarnationOfIdentity(identity);
  return { node: nodeOfIdentity(identity), ...(incarnation === undefined ? {} : { incarnation }) };
}

function msOf(time: HistoryEvent['eventTime']): number | undefined {
  return time == null
    ? undefined
    : Number(time.seconds) * 1000 + Math.round((time.nanos ?? 0) / 1e6);
}
