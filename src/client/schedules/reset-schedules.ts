import { decideReset } from '../../domain/apply-schedules.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { DecideSteps, LedgerSituation } from '../../ledger/apply-schedules.ts';
import type { StoredSchedule } from '../../ledger/schedule-row.ts';
import type { Connections } from '../connections.ts';
import { thisPerson } from '../order-node.ts';
import type { AppliedSchedules, ScheduleSource } from './apply-schedules.ts';
import { applySteps, checkSources, scopeOf, told } from './apply-schedules.ts';
import { storedSchedule } from './check-schedule.ts';

/** Options of `SchedulesClient.reset`. */
export interface ResetOptions {
  /** What `export` answered, and what was kept of it: a change since then refuses the reset. */
  readonly from: readonly Pick<StoredSchedule, 'name' | 'revision'>[];
  /** Only tells what it would do. @default false */
  readonly dryRun?: boolean;
  /** Who does it. @default `<user>@<host>` of this process */
  readonly by?: string;
}

/** See `SchedulesClient.export`. */
export async function exportSchedules(
  { ledger }: Pick<Connections, 'ledger'>,
  names: readonly string[] = [],
): Promise<StoredSchedule[]> {
  if (names.length === 0) return ledger.schedules.list();
  return Promise.all([...new Set(names)].map((name) => storedSchedule(ledger, name)));
}

/** See `SchedulesClient.reset`. */
export async function resetSchedules(
  connections: Connections,
  sources: readonly ScheduleSource[],
  { from, dryRun = false, by = thisPerson() }: ResetOptions,
): Promise<AppliedSchedules> {
  const files = checkSources(sources);
  const scope = { ...scopeOf(files), isAll: true };
  const decide: DecideSteps = (situation) => {
    refuseOthers(situation, from);
    return decideReset(situation, files);
  };
  if (dryRun) return told(decide(await connections.ledger.schedules.applySituation(scope)));
  const how = `reset ${files.map(({ source }) => source).join(', ')}`;
  return applySteps(connections, scope, { by, how: () => how, decide });
}

/** @throws HoldfastError `schedule_changed` */
function refuseOthers({ live }: LedgerSituation, from: ResetOptions['from']): void {
  const exported = new Map(from.map(({ name, revision }) => [name, revision]));
  const names = new Set([...live.keys(), ...exported.keys()]);
  const changed = [...names].filter((name) => live.get(name)?.revision !== exported.get(name));
  if (changed.length === 0) return;
  throw new HoldfastError(
    'schedule_changed',
    `${changed.slice(0, 10).join(', ')}: changed since the export`,
    { hint: 'export again, so that nothing is lost, then reset', details: { schedules: changed } },
  );
}
