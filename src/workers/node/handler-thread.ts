/** What runs inside a handler thread. Piscina imports this file and calls its functions by name. */
import type { MessagePort } from 'node:worker_threads';
import type { HandlerEnd, HandlerEvents } from '../../activities/node/handler-executor.ts';
import { abortError } from '../../activities/node/abort-error.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { Handlers } from '../../handlers/load-handlers.ts';
import { loadHandlers } from '../../handlers/load-handlers.ts';
import { runHandler } from './run-handler.ts';
import type { KindsAnswer, StopMessage, ThreadMessage, ThreadTask } from './thread-messages.ts';

/** A thread serves one handler file for all its life. */
let handlers: Promise<Handlers> | undefined;

/** The kinds of a handler file; the file is then loaded in this thread. */
export async function describeKinds({ file }: { readonly file: string }): Promise<KindsAnswer> {
  try {
    handlers ??= loadHandlers(file);
    const kinds = [...(await handlers).values()].map(({ kind, pool, secret }) => {
      return { kind, pool, secret };
    });
    return { kinds };
  } catch (error) {
    handlers = undefined;
    if (!(error instanceof HoldfastError)) throw error;
    const { code, message, hint, details } = error;
    return {
      error: { code, message, options: { details, ...(hint === undefined ? {} : { hint }) } },
    };
  }
}

/** Runs one attempt. */
export async function runTask({ file, dispatch, node, port }: ThreadTask): Promise<HandlerEnd> {
  const stopping = new AbortController();
  port.on('message', ({ stop }: StopMessage) => stopping.abort(abortError(stop)));
  const loaded = await (handlers ??= loadHandlers(file)).catch(dieOf);
  const definition = loaded.get(dispatch.kind);
  // The node read the file when it started: it has changed since.
  if (definition === undefined) return dieOf(new Error(`${file} has no kind "${dispatch.kind}"`));
  const call = { dispatch, node, signal: stopping.signal };
  const end = await runHandler(definition, call, eventsTo(port));
  post(port, { kind: 'ended' });
  return end;
}

function eventsTo(port: MessagePort): HandlerEvents {
  return {
    started: () => post(port, { kind: 'started' }),
    progress: (json) => post(port, { kind: 'progress', json }),
    rowsAffected: (count) => post(port, { kind: 'rows', count }),
    log: (level, message, fields) => post(port, { kind: 'log', level, message, fields }),
  };
}

function post(port: MessagePort, message: ThreadMessage): void {
  port.postMessage(message);
}

/**
 * Ends the thread with an uncaught error. A module that failed to load stays failed in its thread,
 * so the next attempt needs a fresh one.
 */
function dieOf(error: unknown): Promise<never> {
  queueMicrotask(() => {
    throw error;
  });
  return new Promise(() => undefined);
}
