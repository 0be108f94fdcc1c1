import { checkCount, checkName } from '../../domain/check.ts';
import { invalid } from '../../domain/errors.ts';
import type { Connections } from '../connections.ts';
import { scheduleNotFound } from './check-schedule.ts';
import type { PutSchedule, PutScheduleOptions } from './put-schedule.ts';
import { putSchedule } from './put-schedule.ts';

/** Options of `SchedulesClient.revert`. */
export interface RevertOptions extends Omit<PutScheduleOptions, 'how'> {
  /** The revision whose definition it shall have again. */
  readonly to: number;
}

/** See `SchedulesClient.revert`. */
export async function revertSchedule(
  connections: Connections,
  name: string,
  { to, revision, ...options }: RevertOptions,
): Promise<PutSchedule> {
  const { schedules } = connections.ledger;
  const revisions = await schedules.revisions(checkName(name, 'name'));
  if (revisions.length === 0) throw scheduleNotFound(name);
  const wanted = revisions.find((each) => each.revision === checkCount(to, 'to', 1));
  if (wanted?.document === undefined) {
    const known = revisions.filter(({ document }) => document !== undefined);
    throw invalid(
      'to',
      `a revision of schedule ${name} that has a definition`,
      to,
      `one of ${known.map((each) => each.revision).join(', ')}: see \`holdfast schedules revisions ${name}\``,
    );
  }
  const current = await schedules.get(name);
  return putSchedule(connections, wanted.document, {
    ...options,
    revision: revision ?? current?.revision ?? 0,
    how: `revert to ${to}`,
  });
}
