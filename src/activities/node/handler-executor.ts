import type { Dispatch } from '../../domain/activities.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';

/** The levels of a handler's log lines. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a run says while it goes on. None of these may throw. */
export interface HandlerEvents {
  /** The input was found good and the handler is called next. Once at most. */
  started(): void;
  /** The newest progress as JSON text, of any length. */
  progress(json: string): void;
  /** How many rows the handler says that it has changed; the newest number counts. */
  rowsAffected(count: number): void;
  /** A line that the handler logged. */
  log(level: LogLevel, message: string, fields: Record<string, Json>): void;
}

/** One run of a handler. */
export interface HandlerRun {
  readonly dispatch: Dispatch;
  /** The name of the node. */
  readonly node: string;
  /** Aborted: the handler shall stop. The reason is an `Error` that says why. */
  readonly stop: AbortSignal;
  /** Aborted some time after `stop`: the handler's grace is over, the run ends now. */
  readonly kill: AbortSignal;
  readonly events: HandlerEvents;
}

/** What a handler threw, or why its input or result could not be used. */
export interface HandlerError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The class of the error; undefined when something else than an error was thrown. */
  readonly name: string | undefined;
  readonly stack: string | undefined;
  readonly retryable: boolean;
  /** It asked for another node. */
  readonly elsewhere: boolean;
}

/** How a run ended. */
export type HandlerEnd =
  | { readonly kind: 'returned'; readonly result: Json }
  | { readonly kind: 'threw'; readonly error: HandlerError }
  /** What ran the handler is gone: its thread exited, ran out of memory, had an uncaught error. */
  | { readonly kind: 'died'; readonly why: string }
  /** It went on after `stop` and was ended by `kill`. */
  | { readonly kind: 'terminated' };

/** Runs handlers: in threads, or in the thread of the node itself. */
export interface HandlerExecutor {
  /** Runs a handler to its end. Never rejects. */
  run(run: HandlerRun): Promise<HandlerEnd>;
  /** Ends what is left of threads. Call it when nothing runs any more. */
  stop(): Promise<void>;
}
