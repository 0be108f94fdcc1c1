import type { JobRequest } from './job.ts';

/** One pass over some scopes of a schedule. */
export interface TickRequest {
  readonly schedule: string;
  /** Scopes at most. */
  readonly limit: number;
  /** Where the batch before this one ended, of scopes that the definition lists. */
  readonly cursor?: string;
  /** A batch of what the provider of the scopes has answered; undefined: the definition lists them. */
  readonly scopes?: readonly string[];
}

/** What came of planning. */
export interface Ticked {
  /** Times that were decided to run, and to be skipped. */
  readonly planned: number;
  readonly skipped: number;
  /** Where the next batch of scopes begins; undefined when there is none. */
  readonly cursor?: string;
  /** Times that are due were left for the next pass. */
  readonly more: boolean;
  /** Undefined: it was removed or is paused. */
  readonly next?: TickNext;
}

/** When a schedule is due again, as far as the pass before can tell. */
export interface TickNext {
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
  /** The revision by which that was found. */
  readonly revision: number;
  /** The end of a pause whose times were decided. */
  readonly resumedAt?: number;
}

/** What a tick is to do. */
export type TickStart =
  /** Nothing. With `waitMs`, which is short: something is due after that. */
  | { readonly kind: 'idle'; readonly waitMs?: number }
  /** Only start what was planned before. */
  | { readonly kind: 'none' }
  | { readonly kind: 'plan' }
  /** The scopes are what this job returns. */
  | { readonly kind: 'ask'; readonly request: JobRequest; readonly timeoutMs: number };

/** What came of starting plans. */
export interface StartedPlans {
  readonly started: number;
  /** There may be more that are due. */
  readonly more: boolean;
  /** How many could not be started, and why one of them could not: they are left for the next tick. */
  readonly refused?: { readonly count: number; readonly why: string };
}

/** What an orchestrator does for the workflow of a tick. */
export interface TickActivities {
  startTick(tick: { schedule: string }): Promise<TickStart>;
  /** Decides every time that is due, scope by scope; each scope is one transaction. */
  planTick(request: TickRequest): Promise<Ticked>;
  /** Starts the jobs of plans that are due and were not started, but for the first `skip` of them. */
  startPlanned(request: {
    readonly schedule: string;
    readonly limit: number;
    readonly skip?: number;
  }): Promise<StartedPlans>;
  /** Ends a tick: when the schedule is due next, or why it was left out this time. */
  endTick(tick: { schedule: string; next?: TickNext; trouble?: string }): Promise<void>;
}
