import type { Recovery, SweepReport } from '../../domain/sweep.ts';
import { SWEEP_STRATEGIES } from '../../domain/sweep.ts';
import { formatTable } from './table.ts';

/** What a sweep came to, by strategy, as a table. */
export function formatSweep(strategies: SweepReport, isDryRun: boolean): string[] {
  return formatTable(
    ['STRATEGY', 'LOOKED AT', isDryRun ? 'WOULD RECOVER' : 'RECOVERED'],
    SWEEP_STRATEGIES.map((strategy) => {
      const { looked, recovered } = strategies[strategy];
      return [strategy, String(looked), String(recovered)];
    }),
  );
}

/** Something that a sweep repaired, as a line. */
export function formatRecovery({ strategy, job, generation = 1, what }: Recovery): string {
  const name = generation === 1 ? job : `${job} (generation ${generation})`;
  return `${strategy}: ${name === undefined ? '' : `job ${name}: `}${what}`;
}
