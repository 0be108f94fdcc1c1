import type { SweepRequest, SweepStrategy, SweptBatch } from '../../domain/sweep.ts';
import { checkNamespace } from './check-namespace.ts';
import { sweepOrphans } from './orphan.ts';
import { sweepPending } from './pending.ts';
import { sweepStaleAllocations } from './stale-allocation.ts';
import type { SweepContext, SweepPart } from './sweep-part.ts';
import { sweepTimeouts } from './timeout.ts';

const STRATEGIES: Readonly<Record<SweepStrategy, SweepPart>> = {
  pending: sweepPending,
  orphan: sweepOrphans,
  timeout: sweepTimeouts,
  stale_allocation: sweepStaleAllocations,
};

/**
 * Looks at one batch of one strategy, and repairs what differs. Every write is conditional on what was
 * seen, so any number of sweeps may run at once, and a batch may be repeated.
 *
 * @throws HoldfastError `temporal_unavailable`, `ledger_unavailable`, `ledger_of_other_namespace`, or
 *   `invalid_input` for a cursor that no batch gave
 */
export async function sweepBatch(
  context: SweepContext,
  request: SweepRequest,
): Promise<SweptBatch> {
  if (request.cursor === undefined) await checkNamespace(context, false);
  return STRATEGIES[request.strategy](context, request);
}
