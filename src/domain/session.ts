import { invalid } from './errors.ts';
import type { JobError } from './job.ts';
import type { Json } from './json.ts';

/** The highest index that a session can have. */
export const HIGHEST_INDEX = 999_999_999;

/** The rules of a session; they are set once, before or with its first job. */
export interface SessionRules {
  /**
   * How long results may wait for an index that is missing or whose job is still open, before that
   * is passed over. Undefined: for ever.
   */
  readonly skipAfterMs: number | undefined;
  /** An index starts only when the one before it is closed: jobs run one at a time, in order. */
  readonly isStrict: boolean;
}

/** The rules of a session that was not created before its first job. */
export const DEFAULT_SESSION_RULES: SessionRules = { skipAfterMs: undefined, isStrict: false };

/** A session as the ledger knows it. */
export interface Session extends SessionRules {
  readonly id: string;
  /** The last index that was released or passed over; -1 before the first. */
  readonly cursor: number;
  /** How many indexes it has; undefined until it was closed. */
  readonly count: number | undefined;
  readonly createdAt: Date;
  /** Since when results have waited behind an index that is not filled; undefined: none do. */
  readonly gapSince: Date | undefined;
  /** When that index is passed over. */
  readonly skipAt: Date | undefined;
  /** When the last index was released; undefined until then. */
  readonly endedAt: Date | undefined;
}

/** What a session holds at one index, for its readers. Once it is released it never changes. */
export type SessionItem =
  | {
      readonly index: number;
      readonly job: string;
      readonly state: 'succeeded';
      readonly result: Json;
    }
  | {
      readonly index: number;
      readonly job: string;
      readonly state: 'failed' | 'cancelled';
      readonly error: JobError;
    }
  /** It was passed over: nothing had come in time. */
  | { readonly index: number; readonly job: undefined; readonly state: 'skipped' }
  /** It was released so long ago that its result was cleaned up. */
  | { readonly index: number; readonly job: string; readonly state: 'pruned' };

/** An index of a session. @throws HoldfastError `invalid_input` */
export function checkIndex(value: unknown, path: string): number {
  const isIndex = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (isIndex && value <= HIGHEST_INDEX) return value;
  throw invalid(path, `a whole number from 0 to ${HIGHEST_INDEX}`, value);
}
