import type { AttemptBeat, AttemptFailureDetail, Dispatch } from '../../domain/activities.ts';
import { ATTEMPT_FAILURE } from '../../domain/activities.ts';
import { nodeOfIdentity } from '../../domain/node-identity.ts';
import { decodePayload } from '../decode-payload.ts';
import type { HistoryEvent } from '../event-time.ts';
import { eventTime } from '../event-time.ts';
import type { LastEnd, Scheduled, StoryBook } from './story-book.ts';
import { lengthMs, lengthText, nodeOfQueue, queueText } from './story-words.ts';

type Attributes<Name extends keyof HistoryEvent> = NonNullable<HistoryEvent[Name]>;

// temporal.api.enums.v1.TimeoutType
const TIMEOUT = { scheduleToStart: 2, heartbeat: 4 } as const;

const AGAIN: Readonly<Record<LastEnd, string>> = {
  lost: 'fails over to ',
  failed: 'is tried again on ',
  handed_back: 'goes on to ',
  refused: 'is offered again to ',
  not_taken: 'is placed again on ',
  cancelled: 'goes to ',
  moved: 'is moved to ',
};

/** An activity was put on a queue; of those that are no attempt, nothing is told yet. */
export function tellScheduled(
  book: StoryBook,
  event: HistoryEvent,
  scheduled: Attributes<'activityTaskScheduledEventAttributes'>,
): void {
  const isAttempt = scheduled.activityType?.name === 'runJob';
  const activity: Scheduled = {
    type: scheduled.activityType?.name ?? '',
    queue: scheduled.taskQueue?.name ?? '',
    dispatch: isAttempt
      ? (decodePayload(scheduled.input?.payloads?.[0]) as Dispatch | undefined)
      : undefined,
    heartbeatMs: lengthMs(scheduled.heartbeatTimeout),
    timeoutMs: lengthMs(scheduled.startToCloseTimeout),
    scheduleToStartMs: lengthMs(scheduled.scheduleToStartTimeout),
    node: undefined,
  };
  book.activities.set(String(event.eventId), activity);
  const { dispatch, queue } = activity;
  if (dispatch === undefined) return;
  const { epoch } = dispatch;
  const verb = book.lastEnd === undefined ? 'goes to ' : AGAIN[book.lastEnd];
  const text = `${verb}${queueText(queue)} (${limitsText(activity)})`;
  book.tell(eventTime(event), 'dispatched', text, { epoch, queue, node: nodeOfQueue(queue) });
  book.epoch = epoch;
  book.lastEnd = undefined;
}

function limitsText({ scheduleToStartMs, heartbeatMs, timeoutMs }: Scheduled): string {
  return [
    ...(scheduleToStartMs === 0 ? [] : [`to start within ${lengthText(scheduleToStartMs)}`]),
    heartbeatMs === 0 ? "alive by its node's lease" : `heartbeat ${lengthText(heartbeatMs)}`,
    `timeout ${lengthText(timeoutMs)}`,
  ].join(', ');
}

/** A node took an attempt. The server writes this only when the attempt has ended. */
export function tellStarted(
  book: StoryBook,
  event: HistoryEvent,
  started: Attributes<'activityTaskStartedEventAttributes'>,
): void {
  const activity = book.activities.get(String(started.scheduledEventId));
  if (activity?.dispatch === undefined) return;
  activity.node = nodeOfIdentity(started.identity);
  const { epoch } = activity.dispatch;
  const { node } = activity;
  book.tell(eventTime(event), 'started', `starts on node ${node ?? 'unknown'}`, { epoch, node });
}

/** An attempt was told to stop: its job is cancelled or moved, or its node is gone. */
export function tellCancelRequested(
  book: StoryBook,
  event: HistoryEvent,
  asked: Attributes<'activityTaskCancelRequestedEventAttributes'>,
): void {
  const activity = book.activities.get(String(asked.scheduledEventId));
  const epoch = activity?.dispatch?.epoch;
  if (epoch !== undefined) book.tell(eventTime(event), 'called_back', 'is called back', { epoch });
}

/** An attempt returned a result. */
export function tellCompleted(book: StoryBook, event: HistoryEvent, activity: Scheduled): void {
  end(book, event, activity, 'succeeded', `succeeds on node ${activity.node ?? 'unknown'}`);
}

/** An attempt was cancelled, on its queue or on its node. */
export function tellCanceled(
  book: StoryBook,
  event: HistoryEvent,
  { scheduledEventId, startedEventId }: Attributes<'activityTaskCanceledEventAttributes'>,
): void {
  const activity = book.activities.get(String(scheduledEventId));
  if (activity === undefined) return;
  const wasStarted = Number(startedEventId ?? 0) > 0;
  const where = wasStarted ? ` on node ${activity.node ?? 'unknown'}` : ' before a node took it';
  end(book, event, activity, 'cancelled', `stops${where}`);
}

/** An attempt ran into one of its limits. */
export function tellTimedOut(
  book: StoryBook,
  event: HistoryEvent,
  { scheduledEventId, failure }: Attributes<'activityTaskTimedOutEventAttributes'>,
): void {
  const activity = book.activities.get(String(scheduledEventId));
  if (activity === undefined) return;
  const info = failure?.timeoutFailureInfo;
  const type = Number(info?.timeoutType ?? 0);
  if (type === TIMEOUT.scheduleToStart) {
    const limit = lengthText(activity.scheduleToStartMs);
    const text = `nobody takes it from ${queueText(activity.queue)} within ${limit}`;
    end(book, event, activity, 'not_taken', text);
    return;
  }
  const beat = decodePayload(info?.lastHeartbeatDetails?.payloads?.[0]) as AttemptBeat | undefined;
  activity.node ??= beat?.node;
  const node = activity.node ?? 'unknown';
  const text =
    type === TIMEOUT.heartbeat
      ? `is lost: no sign of node ${node} for ${lengthText(activity.heartbeatMs)}`
      : overTimeText(activity, node);
  end(book, event, activity, 'lost', text);
}

function overTimeText({ timeoutMs }: Scheduled, node: string): string {
  return `is lost: it ran longer than ${lengthText(timeoutMs)} on node ${node}`;
}

/** An attempt failed, or its node says that it does not run it any more. */
export function tellFailed(
  book: StoryBook,
  event: HistoryEvent,
  { scheduledEventId, failure }: Attributes<'activityTaskFailedEventAttributes'>,
): void {
  const activity = book.activities.get(String(scheduledEventId));
  if (activity === undefined) return;
  const info = failure?.applicationFailureInfo;
  const detail = decodePayload(info?.details?.payloads?.[0]) as AttemptFailureDetail | undefined;
  activity.node ??= detail?.node;
  const type = info?.type ?? '';
  const message = failure?.message ?? '';
  const node = activity.node ?? 'unknown';
  const name = detail?.name === undefined ? '' : `${detail.name}: `;
  switch (type) {
    case ATTEMPT_FAILURE.handedBack:
    case 'WorkerShutdown':
    case 'ActivityPause':
    case 'ActivityReset':
      return end(
        book,
        event,
        activity,
        'handed_back',
        `is handed back by node ${node}: ${message}`,
      );
    case ATTEMPT_FAILURE.refused:
    case 'NotFoundError':
      return end(book, event, activity, 'refused', `is refused: ${message}`);
    case ATTEMPT_FAILURE.threadDied:
      return end(
        book,
        event,
        activity,
        'lost',
        `is lost: its thread died on node ${node}: ${message}`,
      );
    case ATTEMPT_FAILURE.timedOut:
      return end(book, event, activity, 'lost', overTimeText(activity, node));
    case ATTEMPT_FAILURE.fenced:
      return end(book, event, activity, 'lost', `is lost: node ${node} stopped it: ${message}`);
    default: {
      const elsewhere = detail?.elsewhere === true ? '; it asks for another node' : '';
      const text = `fails on node ${node}: ${type}: ${name}${message}${elsewhere}`;
      return end(book, event, activity, 'failed', text);
    }
  }
}

/** The end of an attempt; one that a newer attempt has followed is told as late. */
function end(
  book: StoryBook,
  event: HistoryEvent,
  { dispatch, node }: Scheduled,
  kind: LastEnd | 'succeeded',
  text: string,
): void {
  if (dispatch === undefined) return;
  const { epoch } = dispatch;
  const at = eventTime(event);
  const isLate = book.lastEnd === 'lost' || (book.epoch ?? epoch) > epoch;
  if (isLate) {
    book.tell(at, 'late', `${text}; it was given up before`, { epoch, node });
    return;
  }
  book.tell(at, kind, text, { epoch, node });
  // A job that was moved is cancelled on its queue first.
  if (kind !== 'succeeded' && book.lastEnd !== 'moved') book.lastEnd = kind;
}
