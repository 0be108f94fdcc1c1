import { formatLength } from '../length.ts';
import type { PoolPause } from '../storm.ts';
import type { Finding } from './finding.ts';
import { ok, warning } from './finding.ts';

/** Which pools' failovers pause at a time, by the ledger's clock. */
export function poolFindings(pauses: readonly PoolPause[], now: number): Finding[] {
  const check = 'pools.paused';
  if (pauses.length === 0) return [ok(check, 'no pool’s failover pauses')];
  return pauses.map(({ pool, why, until }) =>
    warning(
      check,
      `${why}; for another ${formatLength(Math.max(0, until - now))}`,
      `see what took the nodes; \`holdfast nodes resume --pool ${pool}\` goes on at once`,
    ),
  );
}
