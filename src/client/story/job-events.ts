import type { JobRequest } from '../../domain/job.ts';
import { labelText } from '../../domain/labels.ts';
import { parseJobWorkflowId } from '../../domain/ids.ts';
import type { LateResult } from '../../domain/late-result.ts';
import type { AttemptGone, Move } from '../../domain/messages.ts';
import {
  ATTEMPT_GONE_SIGNAL,
  LATE_RESULT_SIGNAL,
  MOVE_UPDATE,
  PLACE_AGAIN_SIGNAL,
} from '../../domain/messages.ts';
import { decodePayload } from '../decode-payload.ts';
import type { HistoryEvent } from '../event-time.ts';
import { eventTime } from '../event-time.ts';
import type { StoryBook } from './story-book.ts';
import { lengthMs, lengthText } from './story-words.ts';

type Attributes<Name extends keyof HistoryEvent> = NonNullable<HistoryEvent[Name]>;

/** The first event of a run. */
export function tellSubmitted(
  book: StoryBook,
  event: HistoryEvent,
  started: Attributes<'workflowExecutionStartedEventAttributes'>,
): void {
  const isFirst = (started.continuedExecutionRunId ?? '') === '';
  if (!isFirst) {
    book.tell(eventTime(event), 'continued', 'goes on in a new run of its workflow');
    return;
  }
  const request = decodePayload(started.input?.payloads?.[0]) as JobRequest | undefined;
  const who = started.identity == null || started.identity === '' ? '' : ` by ${started.identity}`;
  book.tell(eventTime(event), 'submitted', `is submitted${who}: ${requestText(request)}`);
}

function requestText(request: JobRequest | undefined): string {
  if (request === undefined) return 'nothing';
  const { kind, pool, pin, labels, placement } = request;
  return [
    `${kind} in pool ${pool}`,
    ...(pin == null ? [] : [`pinned to node ${pin.node}`]),
    ...(labels == null || Object.keys(labels).length === 0 ? [] : [`on ${labelText(labels)}`]),
    ...(placement === 'each' ? ['on each of its nodes'] : []),
  ].join(', ');
}

/** A timer that says what it is for: the wait before a retry or a further offer. */
export function tellTimer(
  book: StoryBook,
  event: HistoryEvent,
  timer: Attributes<'timerStartedEventAttributes'>,
): void {
  const summary = decodePayload(event.userMetadata?.summary ?? undefined);
  if (typeof summary !== 'string') return;
  const at = eventTime(event);
  const ms = lengthMs(timer.startToFireTimeout);
  const until = new Date(at.getTime() + ms);
  book.tell(at, 'backoff', `waits ${lengthText(ms)}: ${summary}`, { until });
}

/** A message from the workflow of a node, or from a node itself. */
export function tellSignal(
  book: StoryBook,
  event: HistoryEvent,
  signal: Attributes<'workflowExecutionSignaledEventAttributes'>,
): void {
  const at = eventTime(event);
  if (signal.signalName === PLACE_AGAIN_SIGNAL) {
    book.tell(at, 'told', 'is told to look for a place again');
    return;
  }
  if (signal.signalName === LATE_RESULT_SIGNAL) return tellLateResult(book, at, signal);
  if (signal.signalName !== ATTEMPT_GONE_SIGNAL) return;
  const gone = decodePayload(signal.input?.payloads?.[0]) as AttemptGone | undefined;
  if (gone === undefined) return;
  const { epoch, node, wasRunning, why } = gone;
  if (why === 'recalled') {
    book.tell(at, 'told', `node ${node} takes no new work`, { epoch, node });
    return;
  }
  const isOld = epoch !== book.epoch || book.lastEnd !== undefined;
  const what = wasRunning ? 'ran there' : 'was placed there';
  if (isOld) {
    book.tell(at, 'told', `node ${node} is gone; the attempt had ended before`, { epoch, node });
    return;
  }
  book.tell(at, 'lost', `is lost: node ${node} is gone, and it ${what}`, { epoch, node });
  book.lastEnd = 'lost';
}

function tellLateResult(
  book: StoryBook,
  at: Date,
  { input }: Attributes<'workflowExecutionSignaledEventAttributes'>,
): void {
  const late = decodePayload(input?.payloads?.[0]) as Partial<LateResult> | undefined;
  const { epoch, node } = late ?? {};
  const text = `node ${node ?? 'unknown'} delivers the result of an attempt that was given up`;
  book.tell(at, 'late_result', text, { epoch, node });
}

/** An operator moved the job. */
export function tellUpdate(
  book: StoryBook,
  event: HistoryEvent,
  { acceptedRequest }: Attributes<'workflowExecutionUpdateAcceptedEventAttributes'>,
): void {
  if (acceptedRequest?.input?.name !== MOVE_UPDATE) return;
  const move = decodePayload(acceptedRequest.input.args?.payloads?.[0]) as Move;
  const to = 'node' in move ? `node ${move.node}` : `pool ${move.pool}`;
  const who = acceptedRequest.meta?.identity;
  book.tell(eventTime(event), 'moved', `is moved to ${to}${who == null ? '' : ` by ${who}`}`);
  book.lastEnd = 'moved';
}

/** Somebody asked for the job's end. */
export function tellCancelAsked(
  book: StoryBook,
  event: HistoryEvent,
  { identity }: Attributes<'workflowExecutionCancelRequestedEventAttributes'>,
): void {
  const who = identity == null || identity === '' ? '' : ` by ${identity}`;
  book.tell(eventTime(event), 'cancel_asked', `its end is asked for${who}`);
}

/** A job of placement `each` started its part on a node, or that part ended. */
export function tellPart(
  book: StoryBook,
  event: HistoryEvent,
  workflowId: string | null | undefined,
  what: string,
): void {
  const id = parseJobWorkflowId(workflowId ?? '')?.jobId ?? 'unknown';
  book.tell(eventTime(event), 'part', `job ${id} ${what}`);
}
