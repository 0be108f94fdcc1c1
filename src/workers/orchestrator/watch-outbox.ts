import type { Logger } from 'pino';
import type { Outbox } from '../../ledger/outbox.ts';
import { Alerts } from '../alerts.ts';
import type { Metrics } from '../metrics.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

const EVERY_MS = 5_000;

/** Counts the rows of the outbox now and then, and raises the alert `outbox_lag` while one waits too long. */
export function watchOutbox(
  outbox: Pick<Outbox, 'counts'>,
  metrics: Pick<Metrics, 'outboxRows' | 'alert'>,
  log: Logger,
  lagAlarmMs: number,
): RunningLoop {
  const alerts = new Alerts(log, metrics);
  const runOnce = async (): Promise<void> => {
    const { waiting, dead, oldestMs = 0 } = await outbox.counts();
    metrics.outboxRows('waiting', waiting);
    metrics.outboxRows('dead', dead);
    if (oldestMs > lagAlarmMs)
      alerts.raise('outbox_lag', { waiting, oldestMs: Math.round(oldestMs) });
    else alerts.clear('outbox_lag');
  };
  const waitMs = () => Math.min(EVERY_MS, Math.max(100, lagAlarmMs / 2));
  return repeat({ name: 'watch_outbox', waitMs, runOnce }, log);
}
