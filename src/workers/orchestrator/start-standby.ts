import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { RunningOrchestrator } from './start-orchestrator.ts';

/** A process that waits for nothing else ends by itself. */
const KEEP_ALIVE_MS = 3_600_000;

/** An orchestrator that does no work and asks no server, and is ready all the same. */
export function startStandby(log: Logger): RunningOrchestrator {
  const identity = `orchestrator/${hostname()}/${randomBytes(4).toString('hex')}`;
  let end = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (end = resolve));
  const alive = setInterval(() => undefined, KEEP_ALIVE_MS);
  log.info({ identity, why: STANDBY }, 'orchestrator.standby');
  return {
    identity,
    stopped,
    isStandby: true,
    whyNotReady: () => Promise.resolve(undefined),
    stop: () => {
      clearInterval(alive);
      end();
      return stopped;
    },
  };
}

const STANDBY = 'it does no work: `--standby` or ENABLE_SCHEDULER says so';
