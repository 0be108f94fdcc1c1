import type {
  HandlerEnd,
  HandlerExecutor,
  HandlerRun,
} from '../../activities/node/handler-executor.ts';
import type { Handlers } from '../../handlers/load-handlers.ts';
import { runHandler } from './run-handler.ts';

/**
 * Runs handlers in the node's own thread. A handler that blocks it blocks the heartbeats of every
 * attempt; one that ignores its signal is not ended, only no longer waited for.
 */
export class InlineExecutor implements HandlerExecutor {
  readonly #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  async run({ dispatch, node, stop, kill, events }: HandlerRun): Promise<HandlerEnd> {
    const definition = this.#handlers.get(dispatch.kind);
    if (definition === undefined) return { kind: 'died', why: `no kind "${dispatch.kind}"` };
    const ended = new AbortController();
    const killed = new Promise<HandlerEnd>((resolve) => {
      const onKill = (): void => resolve({ kind: 'terminated' });
      kill.addEventListener('abort', onKill, { once: true, signal: ended.signal });
    });
    try {
      const call = { dispatch, node, signal: stop };
      return await Promise.race([runHandler(definition, call, events), killed]);
    } finally {
      ended.abort();
    }
  }

  async stop(): Promise<void> {}
}
