import type {
  HandlerEnd,
  HandlerError,
  HandlerEvents,
} from '../../activities/node/handler-executor.ts';
import type { Dispatch } from '../../domain/activities.ts';
import { checkCount } from '../../domain/check.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { executionId } from '../../domain/plan-execution.ts';
import { checkInput } from '../../handlers/check-input.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';
import type { HandlerContext, HandlerLog, HandlerPlan } from '../../handlers/handler-context.ts';
import { serialiseResult } from '../../handlers/serialise-result.ts';
import { handlerError } from './handler-error.ts';
import { logFields } from './log-fields.ts';
import type { ProgressSender } from './progress-sender.ts';
import { progressSender } from './progress-sender.ts';

/** What a handler is run with. */
export interface HandlerCall {
  readonly dispatch: Dispatch;
  /** The name of the node. */
  readonly node: string;
  /** The handler's `ctx.signal`. */
  readonly signal: AbortSignal;
}

/**
 * Checks the input, calls the handler and makes data of what it returns or throws, in whichever
 * thread it is called. Never rejects.
 */
export async function runHandler(
  definition: JobDefinition,
  call: HandlerCall,
  events: HandlerEvents,
): Promise<HandlerEnd> {
  const { kind, input } = call.dispatch;
  const { secret = false } = definition;
  const sender = progressSender((json) => events.progress(json));
  try {
    const checked = await checkInput(kind, definition.input, input, secret);
    call.signal.throwIfAborted();
    events.started();
    const value = await callHandler(
      definition,
      checked,
      contextOf(call, secret ? discreet(events) : events, sender),
    );
    return { kind: 'returned', result: serialiseResult(kind, value) };
  } catch (error) {
    if (error instanceof Thrown) {
      const thrown = handlerError(error.cause, 'job_failed');
      return { kind: 'threw', error: secret ? withheld(thrown) : thrown };
    }
    const code = error instanceof HoldfastError ? error.code : 'job_failed';
    return { kind: 'threw', error: handlerError(error, code) };
  } finally {
    sender.stop();
  }
}

/** What a secret kind's handler logs: its fields may hold anything. */
function discreet(events: HandlerEvents): HandlerEvents {
  return { ...events, log: (level, message) => events.log(level, message, {}) };
}

/** What a secret kind's handler threw, without its own words: those may hold anything. */
function withheld(error: HandlerError): HandlerError {
  const what = error.name ?? 'something that is no error';
  return { ...error, message: `it threw ${what}; the kind is secret`, stack: undefined };
}

/** Keeps a handler's own errors apart from ours: it may well throw a `HoldfastError` of a client. */
class Thrown extends Error {}

async function callHandler(
  definition: JobDefinition,
  input: unknown,
  context: HandlerContext,
): Promise<unknown> {
  try {
    return await definition.run(input, context);
  } catch (cause) {
    throw new Thrown('the handler threw', { cause });
  }
}

function contextOf(
  { dispatch, node, signal }: HandlerCall,
  events: HandlerEvents,
  sender: ProgressSender,
): HandlerContext {
  const { job, generation, epoch, session } = dispatch;
  const plan = planOf(dispatch);
  const log = logTo(events);
  const progress: HandlerContext['progress'] = (value) => {
    try {
      sender.push(value);
    } catch (error) {
      log.warn('attempt.progress_dropped', { error });
    }
  };
  const rowsAffected: HandlerContext['rowsAffected'] = (count) =>
    events.rowsAffected(checkCount(count, 'rowsAffected', 0));
  return { signal, progress, rowsAffected, log, job, generation, epoch, node, session, plan };
}

function planOf({ plan, job, generation, epoch }: Dispatch): HandlerPlan | undefined {
  if (plan === undefined) return undefined;
  const { schedule, scope, time } = plan;
  return {
    ...{ schedule, scope, time: new Date(time), attempt: epoch },
    executionId: executionId({ job, generation, epoch }),
  };
}

function logTo(events: HandlerEvents): HandlerLog {
  return {
    debug: (message, fields) => events.log('debug', String(message), logFields(fields)),
    info: (message, fields) => events.log('info', String(message), logFields(fields)),
    warn: (message, fields) => events.log('warn', String(message), logFields(fields)),
    error: (message, fields) => events.log('error', String(message), logFields(fields)),
  };
}
