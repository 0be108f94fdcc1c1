import type { Node } from 'holdfast';

/** An enabled node of pool gpu that has been online for ten minutes. */
export function nodeOf(name: string, now: Date): Node {
  const since = new Date(now.getTime() - 600_000);
  return {
    name,
    incarnation: 'i',
    pool: 'gpu',
    slots: 4,
    kinds: ['transcribe', 'detect'],
    version: '1.2.3',
    labels: {},
    leaseMs: 5_000,
    state: 'online',
    isStopping: false,
    mode: { mode: 'enabled', reason: '', by: '', at: 0 },
    cause: 'registered',
    registeredAt: since,
    stateSince: since,
    reserved: 0,
  };
}
