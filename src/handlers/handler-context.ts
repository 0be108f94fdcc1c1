import type { SessionSlot } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';

/** Structured logging in a handler: each line carries job, generation, epoch, node and session. */
export interface HandlerLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What a handler is given beside its input. */
export interface HandlerContext {
  /**
   * Aborted when the job is cancelled, the attempt is over time or no longer ours, or the node
   * stops. A handler that runs on after the node's cancel grace is terminated.
   */
  readonly signal: AbortSignal;
  /** Says how far the work is; shown with the job while it runs. The newest value counts. */
  progress(value: Json): void;
  readonly log: HandlerLog;
  /** The job's id. */
  readonly job: string;
  readonly generation: number;
  /** The number of this attempt; with `job` and `generation` it fences your own side effects. */
  readonly epoch: number;
  /** The name of the node that runs this attempt. */
  readonly node: string;
  readonly session: SessionSlot | undefined;
}
