import { invalid } from '../domain/errors.ts';
import type { Duration } from '../domain/duration.ts';
import type { SessionRules } from '../domain/session.ts';
import { parseLimit } from '../handlers/attempt-options.ts';

/** The rules of a session; they are set once. */
export interface SessionOptions {
  /**
   * What becomes of results behind an index that is missing or whose job is still open. `wait`: they
   * wait for it, however long. `skipAfter`: it is passed over when they have waited for so long.
   * @default 'wait'
   */
  readonly gap?: 'wait' | { readonly skipAfter: Duration };
  /** 1: an index starts only when the one before it is closed. @default jobs run in parallel */
  readonly concurrency?: 1;
}

/** The options as the ledger takes them. @throws HoldfastError `invalid_input` */
export function rulesOf(options: SessionOptions): SessionRules {
  // Not every caller is TypeScript.
  const { gap = 'wait', concurrency } = options as { gap?: unknown; concurrency?: unknown };
  if (concurrency !== undefined && concurrency !== 1) {
    throw invalid('concurrency', '1, or nothing for jobs in parallel', concurrency);
  }
  return { skipAfterMs: skipAfterOf(gap), isStrict: concurrency === 1 };
}

function skipAfterOf(gap: unknown): number | undefined {
  if (gap === 'wait') return undefined;
  if (typeof gap !== 'object' || gap === null || !('skipAfter' in gap)) {
    throw invalid('gap', '"wait" or { skipAfter: … }', gap, "for example { skipAfter: '5s' }");
  }
  return parseLimit(gap.skipAfter as Duration, 'gap.skipAfter');
}
