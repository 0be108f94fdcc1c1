import type { Ledger } from '../../ledger/ledger.ts';

/** What this process saw of Temporal's absences. */
export interface TemporalWatch {
  /** True while Temporal does not answer. */
  readonly isAway: () => boolean;
}

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
  if (outage !== undefined && Date.now() <= outage.to + graceMs) return 'Temporal was away';
  const { pause } = await ledger.placeSituation({ pool, pin: undefined });
  return pause === undefined ? undefined : 'its pool lost most of its nodes at once';
}
