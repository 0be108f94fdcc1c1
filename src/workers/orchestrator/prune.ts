import type { Logger } from 'pino';
import type { RetentionPolicy } from '../../domain/retention.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PruneCounts } from '../../ledger/prune.ts';
import type { Metrics } from '../metrics.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

/** Rows of each kind at a time: short transactions keep out of everybody's way. */
const BATCH = 500;

/** A longer timer of Node.js ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Cleans the ledger up by its retention, now and then. Any number of orchestrators may do so. */
export function pruneLedger(
  ledger: Pick<Ledger, 'prune'>,
  retention: RetentionPolicy,
  metrics: Pick<Metrics, 'pruned'>,
  log: Logger,
): RunningLoop {
  const runOnce = async (stop: AbortSignal): Promise<void> => {
    let total: PruneCounts = { jobs: 0, attempts: 0, payloads: 0, fences: 0, audit: 0 };
    let batch: PruneCounts;
    do {
      batch = await ledger.prune(retention, BATCH);
      count(metrics, batch);
      total = sum(total, batch);
    } while (!isEmpty(batch) && !stop.aborted);
    if (!isEmpty(total)) log.info({ ...total }, 'ledger.pruned');
  };
  // Orchestrators that were started together shall not all clean up at once.
  const waitMs = () =>
    Math.min(LONGEST_TIMER_MS, retention.intervalMs * (0.75 + Math.random() / 2));
  return repeat({ name: 'prune', waitMs, runOnce }, log);
}

function count(metrics: Pick<Metrics, 'pruned'>, batch: PruneCounts): void {
  for (const what of ['jobs', 'attempts', 'payloads', 'fences', 'audit'] as const) {
    if (batch[what] > 0) metrics.pruned(what, batch[what]);
  }
}

function sum(a: PruneCounts, b: PruneCounts): PruneCounts {
  return {
    jobs: a.jobs + b.jobs,
    attempts: a.attempts + b.attempts,
    payloads: a.payloads + b.payloads,
    fences: a.fences + b.fences,
    audit: a.audit + b.audit,
  };
}

function isEmpty({ jobs, attempts, payloads, fences, audit }: PruneCounts): boolean {
  return jobs + attempts + payloads + fences + audit === 0;
}
