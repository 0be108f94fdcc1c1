import { expect } from 'vitest';
import { RunningAttempts } from '../../../dist/activities/node/running-attempts.js';

/** What attempts run with on a node that takes work, has free slots and a fresh lease. */
export const openNode = () => ({
  leaseMs: 5_000,
  gate: { whyClosed: () => undefined, enter: () => Promise.resolve(() => undefined) },
  running: new RunningAttempts(),
  lease: { isFresh: () => true, named: () => Promise.resolve(true) },
  complete: () => Promise.resolve('acknowledged' as const),
  keepLate: () => expect.unreachable('the server has its result'),
  sendBeat: () => expect.unreachable('a fresh lease needs no beat'),
});
