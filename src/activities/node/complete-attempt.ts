import type { AttemptReport } from '../../domain/activities.ts';
import type { LateResult } from '../../domain/late-result.ts';

/**
 * What the server says of a result. `gone`: the attempt has ended for the server, which does not
 * take it.
 */
export type CompletionAnswer = 'acknowledged' | 'gone';

/** Brings a result to the server; rejects when there is no answer in time. */
export type CompleteAttempt = (
  taskToken: Uint8Array,
  report: AttemptReport,
  withinMs: number,
) => Promise<CompletionAnswer>;

/**
 * Takes over a late result of a workflow's attempt, to bring it to whoever can still use it. Once it
 * resolves, the result is as safe as this node can make it. Never rejects.
 */
export type KeepLate = (workflowId: string, late: LateResult) => Promise<void>;
