import type {
  HandlerEnd,
  HandlerExecutor,
  LogLevel,
} from '../../../dist/activities/node/handler-executor.js';
import { deferred } from '../../activities/node/deferred.ts';

/** A run of a handler whose two stop signals and whose events a test holds. */
export interface ObservedRun {
  readonly end: Promise<HandlerEnd>;
  /** Resolves when the handler is called. */
  readonly started: Promise<void>;
  /** Resolves with the first progress, as JSON text. */
  readonly progressed: Promise<string>;
  readonly progress: string[];
  readonly rows: number[];
  readonly lines: { level: LogLevel; message: string; fields: Record<string, unknown> }[];
  stop(why: string): void;
  kill(): void;
}

/** Starts a handler of kind `kind` as epoch 2 of job `j1` on node `n1`. */
export function startRun(executor: HandlerExecutor, kind: string, input: object = {}): ObservedRun {
  const stop = new AbortController();
  const kill = new AbortController();
  const started = deferred<void>();
  const progressed = deferred<string>();
  const progress: string[] = [];
  const rows: number[] = [];
  const lines: ObservedRun['lines'] = [];
  const plan = {
    ...{ schedule: 'nightly', scope: 'eu', time: '2026-06-03T12:00:00Z' },
    ...{ revision: 1, overlap: 'allow' as const },
  };
  const dispatch = {
    ...{ job: 'j1', generation: 1, epoch: 2, kind, pool: 'test', input: { ...input } },
    ...(kind === 'plan' ? { plan } : {}),
  };
  const end = executor.run({
    dispatch,
    node: 'n1',
    stop: stop.signal,
    kill: kill.signal,
    events: {
      started: () => started.resolve(),
      progress: (json) => {
        progress.push(json);
        progressed.resolve(json);
      },
      rowsAffected: (count) => rows.push(count),
      log: (level, message, fields) => lines.push({ level, message, fields }),
    },
  });
  return {
    end,
    started: started.promise,
    progressed: progressed.promise,
    progress,
    rows,
    lines,
    stop: (why) => stop.abort(new Error(why)),
    kill: () => kill.abort(),
  };
}
