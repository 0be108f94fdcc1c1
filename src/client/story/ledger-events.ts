import type { ClosedJob, FoundNodes, OpenedJob, Placed } from '../../domain/activities.ts';
import type { Judgement } from '../../domain/verdict.ts';
import { decodePayload } from '../decode-payload.ts';
import type { HistoryEvent } from '../event-time.ts';
import { eventTime } from '../event-time.ts';
import type { StoryBook } from './story-book.ts';

type Marker = NonNullable<HistoryEvent['markerRecordedEventAttributes']>;

/** The SDK's record of a local activity. */
const LOCAL_ACTIVITY = 'core_local_activity';

/** What the ledger answered the job's workflow. */
export function tellMarker(book: StoryBook, event: HistoryEvent, marker: Marker): void {
  if (marker.markerName !== LOCAL_ACTIVITY) return;
  const data = decodePayload(marker.details?.['data']?.payloads?.[0]);
  const type = (data as { activity_type?: string } | undefined)?.activity_type ?? '';
  const at = eventTime(event);
  if (marker.failure != null) {
    // Whoever asks these does without an answer.
    if (type === 'findAttempt' || type === 'excuseLoss') return;
    book.tell(at, 'ledger_away', `the ledger does not answer (${type}): it is asked until it does`);
    return;
  }
  tellAnswer(book, at, type, decodePayload(marker.details?.['result']?.payloads?.[0]));
}

/** What the ledger answered, by whichever way it was asked. */
export function tellAnswer(book: StoryBook, at: Date, type: string, answer: unknown): void {
  switch (type) {
    case 'openJob':
      return tellOpened(book, at, answer as OpenedJob);
    case 'placeAttempt':
      return tellPlaced(book, at, answer as Placed);
    case 'excuseLoss':
      if (typeof answer === 'string') {
        book.tell(at, 'excused', `the loss does not count: ${answer}`, { epoch: book.epoch });
      }
      return;
    case 'nodesFor':
      return tellNodes(book, at, answer as FoundNodes);
    case 'isTurn':
      return tellTurn(book, at, answer === true);
    case 'judgeResult':
      return tellJudged(book, at, answer as Judgement);
    case 'closeJob':
      return tellRecorded(book, at, answer as ClosedJob);
  }
}

function tellOpened(book: StoryBook, at: Date, answer: OpenedJob): void {
  if (answer.kind === 'closed') {
    book.tell(at, 'opened', `may not run: the ledger answers ${outcomeText(answer.outcome)}`);
    return;
  }
  book.tell(at, 'opened', 'is recorded in the ledger');
  if (answer.awaitsTurn === true) tellTurn(book, at, false);
}

/** A job of a strict session asks again and again: that nothing has changed is no news. */
function tellTurn(book: StoryBook, at: Date, isTurn: boolean): void {
  if (isTurn) book.tell(at, 'placed', 'its turn in the session has come');
  else if (!book.lines.some(({ text }) => text === AWAITS_TURN)) {
    book.tell(at, 'waiting', AWAITS_TURN);
  }
}

const AWAITS_TURN = 'waits: the index before its own in the session is not closed';

function tellJudged(book: StoryBook, at: Date, answer: Judgement): void {
  if (answer.kind === 'refused') {
    const why =
      answer.why === 'wrong_token' ? 'it is none of this job' : 'the job is not on record';
    book.tell(at, 'judged', `a result is refused: ${why}`);
    return;
  }
  const after = answer.isAfterCleanup ? ', after the clean-up of the job' : '';
  book.tell(at, 'judged', `a further result is on record as ${answer.verdict}${after}`);
}

function tellNodes(book: StoryBook, at: Date, found: FoundNodes): void {
  if (found.kind !== 'nodes') return tellPlaced(book, at, found);
  book.tell(at, 'placed', `runs on each of ${found.names.join(', ')}`);
}

function tellPlaced(book: StoryBook, at: Date, placed: Placed): void {
  switch (placed.kind) {
    case 'node':
      book.tell(at, 'placed', `a slot of node ${placed.node} is reserved for it`, {
        node: placed.node,
      });
      return;
    case 'pool':
      book.tell(at, 'placed', 'any node of its pool will do');
      return;
    case 'wait':
      return tellWait(book, at, placed);
    case 'fail':
      book.tell(at, 'waiting', `waits no longer: ${placed.code}: ${placed.message}`);
  }
}

/** A job that waits looks again and again: that nothing has changed is no news. */
function tellWait(
  book: StoryBook,
  at: Date,
  { why, node, until }: Extract<Placed, { kind: 'wait' }>,
): void {
  const text = `waits: ${why}`;
  const last = book.lines.at(-1);
  const isNews = last?.kind !== 'waiting' || last.text !== text;
  const end = until == null ? undefined : new Date(until);
  if (isNews) book.tell(at, 'waiting', text, { node: node ?? undefined, until: end });
  else book.lines.splice(-1, 1, { ...last, until: end });
}

function tellRecorded(book: StoryBook, at: Date, closed: ClosedJob): void {
  switch (closed.kind) {
    case 'own':
      book.tell(at, 'recorded', 'its end is on record in the ledger');
      return;
    case 'earlier':
      book.tell(at, 'recorded', `the ledger has another end: ${outcomeText(closed.outcome)}`);
      return;
    case 'missing':
      book.tell(at, 'recorded', 'the ledger does not know it: it is recorded anew');
  }
}

function outcomeText(outcome: Extract<ClosedJob, { kind: 'earlier' }>['outcome']): string {
  if (outcome.state === 'succeeded') return 'that it succeeded';
  return `${outcome.error.code}: ${outcome.error.message}`;
}
