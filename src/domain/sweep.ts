/** What a sweep looks for, in this order; each is a function of its own in `src/client/sweep`. */
export const SWEEP_STRATEGIES = [
  /** Rows of the outbox and open jobs whose workflow is not found: they are started again. */
  'pending',
  /** Open jobs whose workflow is over: they are closed with its outcome. */
  'orphan',
  /** Jobs past their deadline fail; dispatches that nobody takes are placed again. */
  'timeout',
  /** What is held for jobs that are not open is released, and the next waiters are granted. */
  'stale_allocation',
] as const;

/** One of {@link SWEEP_STRATEGIES}. */
export type SweepStrategy = (typeof SWEEP_STRATEGIES)[number];

/** One batch of one strategy. */
export interface SweepRequest {
  readonly strategy: SweepStrategy;
  /** Where the batch before this one ended. */
  readonly cursor?: string;
  /** Rows to look at, at most. */
  readonly limit: number;
  /** Only say what would be done. */
  readonly isDry?: boolean;
  /** What the batches before have recovered, for the alert. */
  readonly recoveredBefore?: number;
}

/** Something that differed, and what was done about it. */
export interface Recovery {
  readonly strategy: SweepStrategy;
  /** What was repaired: a job, or a row of another table. */
  readonly job?: string;
  readonly generation?: number;
  /** In words, what was wrong and what was done. */
  readonly what: string;
}

/** Something that differs and could not be repaired; it keeps nothing else from being repaired. */
export interface SweepTrouble extends Recovery {
  /** A code of the error table. */
  readonly code: string;
}

/** What came of a batch. */
export interface SweptBatch {
  /** Rows that were looked at. */
  readonly looked: number;
  readonly recoveries: readonly Recovery[];
  /** Left out: none. */
  readonly troubles?: readonly SweepTrouble[];
  /** Where the next batch begins; undefined when there is none. */
  readonly cursor?: string;
}

/** What came of a whole sweep, by strategy. */
export type SweepReport = Readonly<
  Record<SweepStrategy, { readonly looked: number; readonly recovered: number }>
>;

/** Rows that a batch looks at. */
export const SWEEP_BATCH = 500;

/** How an orchestrator sweeps. */
export interface SweepPolicy {
  /** How often; a sweep that takes longer delays the next one. */
  readonly intervalMs: number;
  /** More recoveries than this in one sweep are an alert. */
  readonly alarmAbove: number;
}

/** The policy when nothing else is asked for. */
export const SWEEP_DEFAULTS: SweepPolicy = { intervalMs: 60_000, alarmAbove: 10 };

/** The report of a sweep that has not begun. */
export const NOTHING_SWEPT: SweepReport = {
  pending: { looked: 0, recovered: 0 },
  orphan: { looked: 0, recovered: 0 },
  timeout: { looked: 0, recovered: 0 },
  stale_allocation: { looked: 0, recovered: 0 },
};

/** A report with one more batch. */
export function addBatch(
  report: SweepReport,
  strategy: SweepStrategy,
  batch: SweptBatch,
): SweepReport {
  const { looked, recovered } = report[strategy];
  const sum = {
    looked: looked + batch.looked,
    recovered: recovered + batch.recoveries.length,
  };
  return { ...report, [strategy]: sum };
}

/** All that a sweep has recovered. */
export function totalRecovered(report: SweepReport): number {
  return SWEEP_STRATEGIES.reduce((sum, strategy) => sum + report[strategy].recovered, 0);
}
