import type { Duration } from '../../domain/duration.ts';
import { parseDuration } from '../../domain/duration.ts';
import { RETENTION_DEFAULTS } from '../../domain/retention.ts';
import type { Recovery, SweepReport, SweepStrategy, SweepTrouble } from '../../domain/sweep.ts';
import { addBatch, NOTHING_SWEPT, SWEEP_BATCH, SWEEP_STRATEGIES } from '../../domain/sweep.ts';
import type { Connections } from '../connections.ts';
import { checkNamespace } from './check-namespace.ts';
import { sweepBatch } from './sweep-batch.ts';
import { sweepContext } from './sweep-part.ts';

/** How to sweep. */
export interface SweepOptions {
  /** Change nothing, and only say what would be done. @default false */
  readonly dryRun?: boolean;
  /** Leave open jobs alone that were opened more recently. @default '30s' */
  readonly olderThan?: Duration;
  /**
   * The namespace that the ledger's jobs ran in is gone for good: they are those of this one now, and what
   * it does not know starts again. @default false: another namespace than before is an error
   */
  readonly adopt?: boolean;
  /** Told of each recovery as it is made. */
  readonly onRecovery?: (recovery: Recovery) => void;
  /** Told how far the sweep is, after every batch. */
  readonly onProgress?: (strategy: SweepStrategy, soFar: SweepReport) => void;
  /** Ends the sweep after the batch that is under way. */
  readonly signal?: AbortSignal;
}

/** What a sweep found. */
export interface Swept {
  /** Nothing was changed. */
  readonly isDryRun: boolean;
  readonly strategies: SweepReport;
  readonly recoveries: readonly Recovery[];
  /** What differs and could not be repaired. */
  readonly troubles: readonly SweepTrouble[];
}

/** Every strategy in its order, batch by batch to the end. See `HoldfastClient.sweep`. */
export async function sweep(
  connections: Connections,
  { dryRun = false, adopt = false, olderThan, onRecovery, onProgress, signal }: SweepOptions = {},
): Promise<Swept> {
  const context = {
    ...sweepContext(connections, RETENTION_DEFAULTS),
    ...(olderThan === undefined ? {} : { leastAgeMs: parseDuration(olderThan, 'olderThan') }),
  };
  if (adopt && !dryRun) await checkNamespace(connections, true);
  const recoveries: Recovery[] = [];
  const troubles: SweepTrouble[] = [];
  let strategies = NOTHING_SWEPT;
  for (const strategy of SWEEP_STRATEGIES) {
    let cursor: string | undefined;
    do {
      signal?.throwIfAborted();
      const at = cursor === undefined ? {} : { cursor };
      const request = { strategy, limit: SWEEP_BATCH, isDry: dryRun, ...at };
      const batch = await sweepBatch(context, request);
      for (const recovery of batch.recoveries) onRecovery?.(recovery);
      recoveries.push(...batch.recoveries);
      troubles.push(...(batch.troubles ?? []));
      strategies = addBatch(strategies, strategy, batch);
      onProgress?.(strategy, strategies);
      cursor = batch.cursor;
    } while (cursor !== undefined);
  }
  return { isDryRun: dryRun, strategies, recoveries, troubles };
}
