import type { Ledger } from '../../ledger/ledger.ts';

/** What this process saw of Temporal's absences. */
export interface TemporalWatch {
  /** True while Temporal does not answer. */
  readonly isAway: () => boolean;
}

/**
 * How long after Temporal's return a loss may still be its doing. Timers that ran out meanwhile fire at
 * once, but whoever judges hears of it late: pollers come back after up to 12 s, and a workflow task
 * that was under way is given again after its 5 s, and after 2 s more on a sticky queue.
 */
const RETURN_MS = 20_000;

/**
 * Why a loss does not count against its job: its pool is in a storm, or Temporal was away, after
 * which every timer that has run out meanwhile fires at once.
 */
export async function excuseLoss(
  ledger: Ledger,
  watch: TemporalWatch,
  { pool, graceMs }: { pool: string; graceMs: number },
): Promise<string | undefined> {
  if (watch.isAway()) return 'Temporal was away';
  const outage = await ledger.lastOutage();
  if (outage !== undefined && Date.now() <= outage.to + graceMs + RETURN_MS)
    return 'Temporal was away';
  const pauses = await ledger.poolPauses();
  const isPaused = pauses.some((pause) => pause.pool === pool);
  return isPaused ? 'its pool lost most of its nodes at once' : undefined;
}
