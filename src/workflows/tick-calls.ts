import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  proxyActivities,
} from '@temporalio/workflow';
import type { TickActivities } from '../domain/tick.ts';

/** What a tick asks of the orchestrators; it waits as long as the ledger or Temporal is away. */
export const tickActivities = proxyActivities<TickActivities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/** Why a step of a tick failed, in words; undefined for what is no failure of a step. */
export function whyFailed(error: unknown): string | undefined {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    return error.cause?.message ?? error.message;
  }
  return error instanceof ApplicationFailure ? error.message : undefined;
}
