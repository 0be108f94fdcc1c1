import {
  ActivityCancellationType,
  ActivityFailure,
  continueAsNew,
  isCancellation,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { SweepActivities } from '../domain/activities.ts';
import type { SweepReport, SweepStrategy } from '../domain/sweep.ts';
import {
  addBatch,
  NOTHING_SWEPT,
  SWEEP_BATCH,
  SWEEP_STRATEGIES,
  totalRecovered,
} from '../domain/sweep.ts';

const { sweepBatch } = proxyActivities<SweepActivities>({
  startToCloseTimeout: '5m',
  // What does not work within minutes, the next sweep tries again.
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    maximumAttempts: 6,
  },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** How far a sweep is, from one run of its workflow to the next. */
export interface SweepProgress {
  readonly strategy: SweepStrategy;
  readonly cursor?: string;
  readonly report: SweepReport;
}

/** Batches in one run of the workflow: a long sweep must not outgrow its history. */
const BATCHES_PER_RUN = 200;

/**
 * One sweep: every strategy in its order, batch by batch.
 *
 * @returns what it looked at and what it recovered
 */
export async function sweep(carried?: SweepProgress): Promise<SweepReport> {
  let report = carried?.report ?? NOTHING_SWEPT;
  let failure: Error | undefined;
  let batches = 0;
  const begun = carried === undefined ? 0 : SWEEP_STRATEGIES.indexOf(carried.strategy);
  for (const strategy of SWEEP_STRATEGIES.slice(begun)) {
    let cursor = strategy === carried?.strategy ? carried.cursor : undefined;
    do {
      if (++batches > BATCHES_PER_RUN || workflowInfo().continueAsNewSuggested) {
        const at = cursor === undefined ? {} : { cursor };
        await continueAsNew<typeof sweep>({ strategy, report, ...at });
      }
      try {
        const batch = await sweepBatch({
          strategy,
          limit: SWEEP_BATCH,
          recoveredBefore: totalRecovered(report),
          ...(cursor === undefined ? {} : { cursor }),
        });
        report = addBatch(report, strategy, batch);
        cursor = batch.cursor;
      } catch (error) {
        if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
        // What one strategy cannot do keeps no other from its work.
        log.warn('sweep.failed', { strategy, error });
        failure ??= error;
        cursor = undefined;
      }
    } while (cursor !== undefined);
  }
  log[totalRecovered(report) > 0 ? 'info' : 'debug']('sweep.ended', { ...report });
  if (failure !== undefined) throw failure;
  return report;
}
