import type { SessionSlot } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';

/** Structured logging in a handler: each line carries job, generation, epoch, node and session. */
export interface HandlerLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The plan of a schedule that a handler runs. */
export interface HandlerPlan {
  readonly schedule: string;
  readonly scope: string;
  /** The time that it is for, not the time at which it runs. */
  readonly time: Date;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** Names this attempt; the log has it in each line of the run. */
  readonly executionId: string;
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
  /**
   * Says how many rows the work has changed; on record with the attempt. The newest number counts.
   *
   * @throws HoldfastError `invalid_input` for what is no whole number from 0
   */
  rowsAffected(count: number): void;
  readonly log: HandlerLog;
  /** The job's id. */
  readonly job: string;
  readonly generation: number;
  /** The number of this attempt; with `job` and `generation` it fences your own side effects. */
  readonly epoch: number;
  /** The name of the node that runs this attempt. */
  readonly node: string;
  readonly session: SessionSlot | undefined;
  /** Set when a schedule runs the job. */
  readonly plan: HandlerPlan | undefined;
}
