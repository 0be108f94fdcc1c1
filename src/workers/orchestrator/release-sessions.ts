import type { Logger } from 'pino';
import type { ControlEvents } from '../../activities/control/control-events.ts';
import type { Client } from '../../activities/control/tell-jobs.ts';
import { tellTurn } from '../../activities/control/tell-turn.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RunningLoop } from './repeat.ts';
import { repeat } from './repeat.ts';

/** How often due deadlines are looked for. */
const EVERY_MS = 1_000;

/** Sessions at a time. */
const BATCH = 100;

/**
 * Passes over the gaps of sessions whose deadline is over, and tells the jobs whose turn it is then.
 * Any number of orchestrators may do so at once.
 */
export function releaseSessions(
  ledger: Pick<Ledger, 'releaseDue'>,
  client: Client,
  events: ControlEvents,
  log: Logger,
): RunningLoop {
  const runOnce = async (stop: AbortSignal): Promise<void> => {
    let released;
    do {
      released = await ledger.releaseDue(BATCH);
      for (const { id: session, skipped, turn } of released) {
        events.indexesSkipped({ session }, skipped);
        if (turn !== undefined) await tellTurn(client, turn);
      }
    } while (released.length === BATCH && !stop.aborted);
  };
  return repeat({ name: 'release_sessions', waitMs: () => EVERY_MS, runOnce }, log);
}
