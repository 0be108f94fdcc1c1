import type { MessagePort } from 'node:worker_threads';
import type { LogLevel } from '../../activities/node/handler-executor.ts';
import type { Dispatch } from '../../domain/activities.ts';
import type { HoldfastErrorOptions, ErrorCode } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';

/** What a handler thread is given to run one attempt. */
export interface ThreadTask {
  /** The handler file. */
  readonly file: string;
  readonly dispatch: Dispatch;
  /** The name of the node. */
  readonly node: string;
  /** Carries {@link StopMessage} to the thread and {@link ThreadMessage} back. */
  readonly port: MessagePort;
}

/** Tells a thread that its handler shall stop. */
export interface StopMessage {
  readonly stop: string;
}

/** What a thread says while its handler runs. */
export type ThreadMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'progress'; readonly json: string }
  | { readonly kind: 'rows'; readonly count: number }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Record<string, Json>;
    }
  /** The last one. */
  | { readonly kind: 'ended' };

/** A kind of a handler file, without its code. */
export interface KindOfFile {
  readonly kind: string;
  readonly pool: string;
  readonly secret?: boolean | undefined;
}

/** The kinds of a handler file, or, as data, the `HoldfastError` that loading it threw. */
export type KindsAnswer =
  | { readonly kinds: readonly KindOfFile[] }
  | {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly options: Pick<HoldfastErrorOptions, 'hint' | 'details'>;
      };
    };
