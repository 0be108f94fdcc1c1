import { inspect } from 'node:util';
import type { HandlerError } from '../../activities/node/handler-executor.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** How many causes of an error go with its stack. */
const CAUSES_KEPT = 3;

/**
 * What was thrown, as data. Never throws, whatever was thrown.
 *
 * @param code the code of the error table; only `job_failed` may be retried
 */
export function handlerError(thrown: unknown, code: ErrorCode): HandlerError {
  const mayRetry = code === 'job_failed';
  try {
    return {
      code,
      ...describe(thrown),
      retryable: mayRetry && !hasFlag(thrown, 'nonRetryable'),
      elsewhere: mayRetry && hasFlag(thrown, 'retryElsewhere'),
    };
  } catch {
    // A getter or a proxy of the handler's own threw.
    const message = 'the handler threw something that cannot be read';
    return {
      code,
      message,
      name: undefined,
      stack: undefined,
      retryable: mayRetry,
      elsewhere: false,
    };
  }
}

function hasFlag(thrown: unknown, name: 'nonRetryable' | 'retryElsewhere'): boolean {
  return (thrown as Partial<Record<typeof name, unknown>> | null | undefined)?.[name] === true;
}

function describe(thrown: unknown): Pick<HandlerError, 'message' | 'name' | 'stack'> {
  if (!isError(thrown)) {
    const message = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2 });
    return { message, name: undefined, stack: undefined };
  }
  return { message: String(thrown.message), name: String(thrown.name), stack: stackOf(thrown) };
}

function stackOf(error: Error): string {
  const stacks: string[] = [];
  let next: unknown = error;
  while (isError(next) && stacks.length <= CAUSES_KEPT) {
    stacks.push(String(next.stack));
    next = next.cause;
  }
  return stacks.join('\ncaused by: ');
}

/** True also for errors of another realm, which are no `instanceof Error`. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Error).message === 'string' &&
    typeof (value as Error).stack === 'string'
  );
}
