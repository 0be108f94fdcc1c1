/** Which of several missed times run: the latest alone, or each. */
export const CATCH_UPS = ['latest_only', 'every_plan'] as const;

/** A fixed hour that the clock leaps over: it runs when the clock has leapt, or not at all. */
export const GAP_RULES = ['run-after', 'skip'] as const;

/** A fixed hour that the clock shows twice: it runs the first time, or both times. */
export const OVERLAP_RULES = ['first', 'both'] as const;

/** Schedulers whose rules a schedule may keep in place of ours. */
export const COMPATS = ['multica'] as const;

/** What becomes of fixed hours on the days when the clocks change. */
export interface DstRule {
  readonly gap: (typeof GAP_RULES)[number];
  readonly overlap: (typeof OVERLAP_RULES)[number];
}

/** Where the times of a schedule come from. */
export type Timing =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: string };

/** The part of a schedule that decides when it runs, with every default filled in. */
export interface PlanSpec {
  readonly timing: Timing;
  /** An IANA name; a cadence has no use for it. */
  readonly timezone: string;
  /** How long after its time a plan is due. */
  readonly delayMs: number;
  readonly catchUp: (typeof CATCH_UPS)[number];
  /** A time that is older than this is skipped. */
  readonly windowMs: number;
  /** First starts of a tick at most, in the mode `every_plan`. */
  readonly maxPlansPerTick: number;
  readonly dst: DstRule;
  readonly compat: (typeof COMPATS)[number] | undefined;
}

/** States of the latest plan on record. */
export const PLAN_STATES = ['SUCCESS', 'FAILED', 'RUNNING'] as const;

/** The latest plan on record. Only the rules of `compat` ask for it. */
export interface LatestPlan {
  readonly time: number;
  readonly state: (typeof PLAN_STATES)[number];
  /** The number of its last attempt, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Undefined: at once. */
  readonly nextRetryAt: number | undefined;
}

/** Why a time was skipped. */
export type SkipReason = 'superseded' | 'outside_window' | 'dst_gap';

/** More skipped times in a row than are named one by one; both ends are skipped times. */
interface SkippedRange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly reason: SkipReason;
}

/** What one tick decides for one scope. All times are milliseconds since the Unix epoch. */
export interface TickDecision {
  /** Times to run, oldest first. */
  readonly due: readonly number[];
  readonly skipped: readonly { readonly time: number; readonly reason: SkipReason }[];
  readonly skippedRanges: readonly SkippedRange[];
  /** The last time that was ever decided; undefined before there is one. */
  readonly decidedThrough: number | undefined;
  /** True when times that are due were left for the next tick. */
  readonly more: boolean;
}

/** What has become of a plan. */
export const PLAN_HISTORY_STATES = ['PLANNED', 'RUNNING', 'SUCCESS', 'FAILED', 'SKIPPED'] as const;

/** One of {@link PLAN_HISTORY_STATES}. */
export type PlanHistoryState = (typeof PLAN_HISTORY_STATES)[number];
