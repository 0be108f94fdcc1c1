import type { Finding } from '../../domain/doctor/finding.ts';
import { scheduleFindings } from '../../domain/doctor/schedule-findings.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** Where the schedules stand. */
export async function lookAtSchedules(
  { schedules }: Pick<Ledger, 'schedules'>,
  ledgerNow: number,
): Promise<Finding[]> {
  const [stored, figures] = await Promise.all([schedules.list(), schedules.figures()]);
  const byName = new Map(figures.map((each) => [each.name, each]));
  return scheduleFindings(
    stored.map(({ name, paused, nextDueAt, tickedAt, createdAt, trouble }) => {
      const { planned = 0, runningStale = 0 } = byName.get(name) ?? {};
      // One whose times have changed is due at once; one that never ticked has been since it is there.
      const dueAt = nextDueAt ?? (tickedAt === undefined ? createdAt : new Date(ledgerNow));
      return {
        name,
        isPaused: paused !== undefined,
        overdueMs: ledgerNow - dueAt.getTime(),
        trouble,
        planned,
        runningStale,
      };
    }),
  );
}
