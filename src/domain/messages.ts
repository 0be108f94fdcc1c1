import type { AttemptCounts, AttemptRecord } from './attempt.ts';
import type { JobOutcome } from './job.ts';
import type { HeldAttempt, NodeMode, NodeModeChange, NodeRegistration, NodeState } from './node.ts';

/** The name of the workflow type of a job. */
export const JOB_WORKFLOW = 'job';

/** The query that tells where a job is. */
export const STATUS_QUERY = 'status';

/** What an open job waits for or does, as its workflow sees it. */
export type JobPhase =
  /** The ledger has not answered yet. */
  | { readonly kind: 'opening'; readonly since: number }
  /** An attempt is on a task queue or runs; which of the two, only the server knows. */
  | {
      readonly kind: 'dispatched';
      readonly since: number;
      readonly epoch: number;
      readonly queue: string;
      /** The node whose own queue it is; undefined on a pool's. */
      readonly node?: string;
    }
  /** A retry's wait, or a wait for a node. */
  | {
      readonly kind: 'waiting';
      readonly since: number;
      /** When the wait ends by itself; undefined when only news of a node ends it. */
      readonly until: number | undefined;
      readonly why: string;
    }
  /** The outcome is being written to the ledger. */
  | { readonly kind: 'closing'; readonly since: number }
  /** The outcome is on record. */
  | { readonly kind: 'closed'; readonly since: number; readonly outcome: JobOutcome };

/** The answer to {@link STATUS_QUERY}. Times are milliseconds since the Unix epoch. */
export interface JobStatus {
  readonly phase: JobPhase;
  readonly epoch: number;
  readonly counts: AttemptCounts;
  readonly attempts: readonly AttemptRecord[];
  /** Where it is now: another one than it was submitted to, when it was moved. */
  readonly pool: string;
}

/** The signal that tells a job that its attempt is gone with its node. */
export const ATTEMPT_GONE_SIGNAL = 'attempt_gone';

/** What {@link ATTEMPT_GONE_SIGNAL} carries. */
export interface AttemptGone {
  readonly epoch: number;
  readonly node: string;
  /** `lost`: the node is gone. `recalled`: it lives, but takes no new work. */
  readonly why: 'lost' | 'recalled';
  /** The node's last beat named the attempt; otherwise it was only placed there. */
  readonly wasRunning: boolean;
}

/** The signal that tells a waiting job to look for a place again. */
export const PLACE_AGAIN_SIGNAL = 'place_again';

/** The signal that tells a job that its deadline is over. */
export const DEADLINE_SIGNAL = 'deadline';

/** The signal that brings a late result: to its job, or to {@link LATE_WORKFLOW}. */
export const LATE_RESULT_SIGNAL = 'late_result';

/** The name of the workflow type that judges results of jobs that are closed. */
export const LATE_WORKFLOW = 'late';

/** The update that moves a job which does not run: see {@link Move}. */
export const MOVE_UPDATE = 'move';

/** Where a job is moved to: pinned to a node, or to a pool without a pin. */
export type Move = { readonly node: string } | { readonly pool: string };

/** The name of the workflow type of a sweep. */
export const SWEEP_WORKFLOW = 'sweep';

/** The id of the Temporal Schedule that sweeps. */
export const SWEEP_SCHEDULE = 'holdfast-sweep';

/** The name of the workflow type of a schedule's tick. */
export const TICK_WORKFLOW = 'tick';

/** The name of the workflow type of a node. */
export const NODE_WORKFLOW = 'node';

/** The signal by which a node registers; its argument is a {@link NodeRegistration}. */
export const REGISTER_SIGNAL = 'register';

/** The signal by which a node says that it is on its way down. */
export const STOPPING_SIGNAL = 'stopping';

/** The signal by which a draining node says that it runs nothing any more. */
export const DRAINED_SIGNAL = 'drained';

/** What {@link STOPPING_SIGNAL} and {@link DRAINED_SIGNAL} carry. */
export interface NodeNews {
  readonly incarnation: string;
  readonly handedBack: readonly HeldAttempt[];
}

/** The update that sets a node's mode. */
export const CHANGE_MODE_UPDATE = 'change_mode';

/** What {@link CHANGE_MODE_UPDATE} takes. */
export interface ModeOrder {
  readonly mode: NodeMode;
  readonly reason: string;
  readonly by: string;
  /** How long a draining node lets its attempts run; without end, when left out. */
  readonly deadlineMs?: number;
}

/** The update that ends a node's workflow and takes it off the record; it must be offline. */
export const FORGET_UPDATE = 'forget';

/** The query that tells how a node is. */
export const NODE_STATUS_QUERY = 'status';

/** The answer to {@link NODE_STATUS_QUERY} and to the updates. */
export interface NodeStatus {
  readonly name: string;
  readonly state: NodeState;
  readonly mode: NodeModeChange;
  readonly isStopping: boolean;
  readonly registration: NodeRegistration | undefined;
}
