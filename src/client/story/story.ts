import { decodePayload } from '../decode-payload.ts';
import type { HistoryEvent } from '../event-time.ts';
import { eventTime } from '../event-time.ts';
import {
  tellCanceled,
  tellCancelRequested,
  tellCompleted,
  tellFailed,
  tellScheduled,
  tellStarted,
  tellTimedOut,
} from './attempt-events.ts';
import {
  tellCancelAsked,
  tellPart,
  tellSignal,
  tellSubmitted,
  tellTimer,
  tellUpdate,
} from './job-events.ts';
import { tellAnswer, tellMarker } from './ledger-events.ts';
import { StoryBook } from './story-book.ts';
import type { StoryLine } from './story-line.ts';

/** How one sort of event is told; the key is the field of the event that holds its attributes. */
type Tellers = {
  readonly [Name in keyof HistoryEvent]?: (
    book: StoryBook,
    event: HistoryEvent,
    attributes: NonNullable<HistoryEvent[Name]>,
  ) => void;
};

const TELLERS: Tellers = {
  workflowExecutionStartedEventAttributes: tellSubmitted,
  markerRecordedEventAttributes: tellMarker,
  activityTaskScheduledEventAttributes: tellScheduled,
  activityTaskStartedEventAttributes: tellStarted,
  activityTaskCancelRequestedEventAttributes: tellCancelRequested,
  activityTaskCompletedEventAttributes: (book, event, { scheduledEventId, result }) => {
    const activity = book.activities.get(String(scheduledEventId));
    if (activity === undefined) return;
    if (activity.dispatch !== undefined) return tellCompleted(book, event, activity);
    tellAnswer(book, eventTime(event), activity.type, decodePayload(result?.payloads?.[0]));
  },
  activityTaskFailedEventAttributes: tellFailed,
  activityTaskTimedOutEventAttributes: tellTimedOut,
  activityTaskCanceledEventAttributes: tellCanceled,
  timerStartedEventAttributes: tellTimer,
  workflowExecutionSignaledEventAttributes: tellSignal,
  workflowExecutionUpdateAcceptedEventAttributes: tellUpdate,
  workflowExecutionCancelRequestedEventAttributes: tellCancelAsked,
  startChildWorkflowExecutionInitiatedEventAttributes: (book, event, { workflowId }) =>
    tellPart(book, event, workflowId, 'is started'),
  childWorkflowExecutionCompletedEventAttributes: (book, event, { workflowExecution }) =>
    tellPart(book, event, workflowExecution?.workflowId, 'succeeded'),
  childWorkflowExecutionFailedEventAttributes: (book, event, { workflowExecution, failure }) =>
    tellPart(book, event, workflowExecution?.workflowId, `failed: ${deepest(failure)}`),
  childWorkflowExecutionCanceledEventAttributes: (book, event, { workflowExecution }) =>
    tellPart(book, event, workflowExecution?.workflowId, 'was cancelled'),
  childWorkflowExecutionTerminatedEventAttributes: (book, event, { workflowExecution }) =>
    tellPart(book, event, workflowExecution?.workflowId, 'was ended by force'),
  workflowExecutionCompletedEventAttributes: (book, event) =>
    book.tell(eventTime(event), 'closed', 'succeeded'),
  workflowExecutionFailedEventAttributes: (book, event, { failure }) =>
    book.tell(
      eventTime(event),
      'closed',
      `failed: ${failure?.applicationFailureInfo?.type ?? 'internal'}: ${failure?.message ?? ''}`,
    ),
  workflowExecutionCanceledEventAttributes: (book, event) =>
    book.tell(eventTime(event), 'closed', 'was cancelled'),
  workflowExecutionTerminatedEventAttributes: (book, event, { reason }) =>
    book.tell(eventTime(event), 'closed', `its workflow was ended by force: ${reason ?? ''}`),
  workflowExecutionTimedOutEventAttributes: (book, event) =>
    book.tell(eventTime(event), 'closed', 'its workflow was ended by a timeout of its own'),
};

/**
 * What happened to a job, from the history of its workflow, in the order of time. Runs that
 * continued one another may follow each other in one list.
 */
export function storyOf(events: readonly HistoryEvent[]): StoryLine[] {
  const book = new StoryBook();
  for (const event of events) {
    for (const [name, teller] of Object.entries(TELLERS)) {
      const attributes = event[name as keyof HistoryEvent];
      // Which attributes an event has, its own type decides: the table holds a teller for each.
      if (attributes != null) (teller as Teller)(book, event, attributes);
    }
  }
  // The server writes the start of an attempt when it ends, with the time at which it was.
  return book.lines.sort((a, b) => a.at.getTime() - b.at.getTime());
}

type Teller = (book: StoryBook, event: HistoryEvent, attributes: unknown) => void;

interface Failure {
  readonly message?: string | null;
  readonly cause?: Failure | null;
}

function deepest(failure: Failure | null | undefined): string {
  if (failure?.cause != null) return deepest(failure.cause);
  return failure?.message ?? '';
}
