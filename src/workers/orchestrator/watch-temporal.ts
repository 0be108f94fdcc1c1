import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { TemporalWatch } from '../../activities/control/excuse-loss.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** How often Temporal is asked. */
const ASK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 1_000;

/** A {@link TemporalWatch} that runs until it is stopped. */
export interface RunningWatch extends TemporalWatch {
  stop(): Promise<void>;
}

/**
 * Asks Temporal every second whether it is there, and puts its absences on record: what is lost
 * through them does not count against jobs.
 */
export function watchTemporal(
  connection: NativeConnection,
  ledger: Ledger,
  log: Logger,
): RunningWatch {
  const stopped = new AbortController();
  let missedSince: number | undefined;
  let awaySince: number | undefined;
  const look = async (): Promise<void> => {
    const askedAt = Date.now();
    const isThere = await answers(connection);
    if (!isThere) {
      // One miss may be a hiccup, of this process even.
      if (missedSince !== undefined && awaySince === undefined) {
        awaySince = missedSince;
        log.warn('temporal.away');
      }
      missedSince ??= askedAt;
      return;
    }
    missedSince = undefined;
    if (awaySince === undefined) return;
    const outage = { from: awaySince, to: Date.now() };
    log.info({ awayMs: outage.to - outage.from }, 'temporal.back');
    // On record first: until then, this process knows it as away.
    await ledger.recordOutage(outage);
    awaySince = undefined;
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await look().catch((err: unknown) => log.warn({ err }, 'temporal.outage_unrecorded'));
      await delay(ASK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    isAway: () => awaySince !== undefined,
    stop: () => {
      stopped.abort();
      return running;
    },
  };
}

async function answers(connection: NativeConnection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return true;
  } catch {
    return false;
  }
}
