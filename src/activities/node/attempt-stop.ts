import type { Context } from '@temporalio/activity';
import { abortError } from './abort-error.ts';
import { LONGEST_TIMER_MS } from './pause.ts';

/** Why an attempt is stopped before its handler ended. */
export type StopCause =
  /** The job was cancelled, or an operator paused or reset the activity. */
  | 'cancelled'
  /** The server has given the attempt up: it timed out there, or its job is closed. */
  | 'not_ours'
  /** The attempt's time is over by this node's own clock. */
  | 'over_time'
  /** The node is stopping. */
  | 'node_stopping'
  /** The node has drained for long enough. */
  | 'node_drained'
  /** The node cannot prove that it is alive, so the attempt may run elsewhere by now. */
  | 'node_fenced';

/** The two steps by which an attempt is stopped. */
export interface AttemptStop {
  /** Aborted with an `AbortError` that says why: the handler shall stop. */
  readonly stop: AbortSignal;
  /** Aborted when the handler's grace is over. */
  readonly kill: AbortSignal;
  /** Stops the attempt; only the first cause counts. */
  readonly halt: (cause: StopCause) => void;
  /** The first cause there was. */
  cause(): StopCause | undefined;
  /** Ends the timers. */
  dispose(): void;
}

const MESSAGES: Readonly<Record<StopCause, string>> = {
  cancelled: 'the job was cancelled',
  not_ours: 'the attempt is no longer ours: it timed out or its job was closed',
  over_time: 'the attempt ran over its timeout',
  node_stopping: 'the node is stopping',
  node_drained: 'the node is being drained, and its deadline is over',
  node_fenced: 'the node lost its lease: the attempt may run on another node by now',
};

/**
 * A stopping node waits no longer for a handler, since its own grace is over by then; nor does a
 * fenced one, since the attempt's successor may be running.
 */
const SHORT_GRACE_MS = 500;

/**
 * Watches for the reasons to stop the current attempt: a cancellation from the server, and the
 * end of its time by the node's own monotonic clock, since the server tells a node nothing of a
 * start-to-close timeout.
 *
 * @param cancelGraceMs how long a handler may run on after `stop`
 */
export function watchForStop(context: Context, cancelGraceMs: number): AttemptStop {
  const stop = new AbortController();
  const kill = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let cause: StopCause | undefined;

  // After a freeze every timer is due at once: what the handler returned before it is read first.
  const killSoon = (): void => void setImmediate(() => kill.abort());
  const halt = (why: StopCause): void => {
    if (cause !== undefined) return;
    cause = why;
    timers.push(setTimeout(killSoon, isShort(why) ? SHORT_GRACE_MS : cancelGraceMs));
    stop.abort(abortError(MESSAGES[why]));
  };

  const { cancellationSignal, info } = context;
  const onCancel = (): void => halt(causeOf(cancellationSignal.reason));
  cancellationSignal.addEventListener('abort', onCancel, { once: true });
  if (cancellationSignal.aborted) onCancel();
  if (info.startToCloseTimeoutMs <= LONGEST_TIMER_MS) {
    timers.push(setTimeout(() => halt('over_time'), info.startToCloseTimeoutMs));
  }
  return {
    stop: stop.signal,
    kill: kill.signal,
    halt,
    cause: () => cause,
    dispose: () => {
      timers.forEach(clearTimeout);
      cancellationSignal.removeEventListener('abort', onCancel);
    },
  };
}

function isShort(cause: StopCause): boolean {
  return cause === 'node_stopping' || cause === 'node_drained' || cause === 'node_fenced';
}

function causeOf(cancellation: unknown): StopCause {
  const reason = cancellation instanceof Error ? cancellation.message : '';
  if (reason === 'WORKER_SHUTDOWN') return 'node_stopping';
  return reason === 'NOT_FOUND' || reason === 'TIMED_OUT' ? 'not_ours' : 'cancelled';
}
