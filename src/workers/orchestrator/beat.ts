import type { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { ORCHESTRATOR_BEAT_MS } from '../../domain/orchestrator.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

/**
 * Puts a sign of life of this orchestrator on record, at once and then every so often, as long as
 * its worker works. Stopped in order, it takes itself off the record.
 */
export function beatOnRecord(
  ledger: Pick<Ledger, 'beatOrchestrator' | 'dropOrchestrator'>,
  worker: Pick<Worker, 'getState' | 'options'>,
  log: Logger,
): RunningLoop {
  const { identity } = worker.options;
  let waitMs = 0;
  const runOnce = async (): Promise<void> => {
    waitMs = ORCHESTRATOR_BEAT_MS;
    if (worker.getState() === 'RUNNING') await ledger.beatOrchestrator(identity);
  };
  const loop = repeat({ name: 'beat', waitMs: () => waitMs, runOnce }, log);
  const stop = async (): Promise<void> => {
    await loop.stop();
    await ledger.dropOrchestrator(identity);
  };
  return { stop };
}
