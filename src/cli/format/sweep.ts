import type { Recovery, SweepReport, SweepStrategy } from '../../domain/sweep.ts';
import { SWEEP_STRATEGIES } from '../../domain/sweep.ts';
import type { ProgressState } from '../progress.ts';
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

/** How far a sweep is: its strategies come one after the other, and nobody knows how long each takes. */
export function sweepProgress(strategy: SweepStrategy, soFar: SweepReport): ProgressState {
  const { looked, recovered } = soFar[strategy];
  const share = (SWEEP_STRATEGIES.indexOf(strategy) + 1) / SWEEP_STRATEGIES.length;
  return { share, text: `${strategy}: ${looked} looked at, ${recovered} recovered so far` };
}

/** Something that a sweep repaired, as a line. */
export function formatRecovery({ strategy, job, generation = 1, what }: Recovery): string {
  const name = generation === 1 ? job : `${job} (generation ${generation})`;
  return `${strategy}: ${name === undefined ? '' : `job ${name}: `}${what}`;
}
