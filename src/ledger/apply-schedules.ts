import type pg from 'pg';
import type { AppliedDefinition, ApplySituation, ApplyStep } from '../domain/apply-schedules.ts';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';
import { lockSchedule } from './plan-scopes.ts';
import { inTransaction } from './pool.ts';
import type { ScheduleRow, StoredSchedule } from './schedule-row.ts';
import { SCHEDULE_COLUMNS, scheduleOfRow } from './schedule-row.ts';
import type { DefinitionChange } from './write-schedule.ts';
import { createSchedule, deleteSchedule, replaceSchedule } from './write-schedule.ts';

/** Which schedules an apply is about: those that are named, and those that once came from the sources. */
export interface ApplyScope {
  readonly names: readonly string[];
  readonly sources: readonly string[];
  /** All that are on record, too. */
  readonly isAll?: boolean;
}

/** What an apply is decided from, and whether a schedule was ever on record. */
export interface LedgerSituation extends ApplySituation {
  readonly wasNeverUsed: boolean;
}

/** Pure; what it throws is thrown, and then nothing is changed. */
export type DecideSteps = (situation: LedgerSituation) => readonly ApplyStep[];

/** Who applies; `how` is made for each step. */
export interface ApplyChange extends Pick<DefinitionChange, 'by' | 'decideBefore'> {
  readonly how: (step: ApplyStep) => string;
}

/** A step that was taken. */
export interface AppliedStep extends ApplyStep {
  /** The schedule as it is then; undefined: it was left as it was, or removed. */
  readonly schedule: StoredSchedule | undefined;
  /** The revision by which it was removed. */
  readonly removedBy: number | undefined;
}

/** What an apply would be decided from now. */
export async function applySituation(pool: pg.Pool, scope: ApplyScope): Promise<LedgerSituation> {
  return inTransaction(pool, (tx) => readSituation(tx, scope, ''));
}

/**
 * Decides about schedules and does so, in one transaction that holds what it decides from: a change of
 * somebody else comes before it or after it. Answers `raced` when a schedule was created meanwhile: then
 * nothing has happened, and it is to be decided again.
 */
export async function applySchedules(
  pool: pg.Pool,
  scope: ApplyScope,
  decide: DecideSteps,
  change: ApplyChange,
): Promise<readonly AppliedStep[] | 'raced'> {
  const race = new Error('a schedule was created meanwhile');
  try {
    return await inTransaction(pool, async (tx) => {
      // One apply at a time, also where there is no row to lock yet.
      await tx.query('lock table holdfast.applied_schedules in share row exclusive mode');
      const steps = decide(await readSituation(tx, scope, 'for update'));
      const applied: AppliedStep[] = [];
      for (const step of steps) {
        const written = await writeStep(tx, step, change);
        if (written === 'raced') throw race;
        await remember(tx, step, change.by);
        applied.push({ ...step, ...written });
      }
      return applied;
    });
  } catch (error) {
    if (error === race) return 'raced';
    throw error;
  }
}

async function readSituation(
  tx: pg.PoolClient,
  { names, sources, isAll = false }: ApplyScope,
  lock: '' | 'for update',
): Promise<LedgerSituation> {
  const { rows: applied } = await tx.query<AppliedRow>(
    `select name, source, definition from holdfast.applied_schedules
     where $3 or name = any ($1::text[]) or source = any ($2::text[]) order by name`,
    [names, sources, isAll],
  );
  const wanted = [...new Set([...names, ...applied.map(({ name }) => name)])];
  // All in one order, so that two who lock several never wait for one another.
  const { rows: live } = await tx.query<ScheduleRow>(
    `select ${SCHEDULE_COLUMNS} from holdfast.schedules
     where $2 or name = any ($1::text[]) order by name ${lock}`,
    [wanted, isAll],
  );
  const { rows: used } = await tx.query<{ used: boolean }>(
    'select exists (select from holdfast.schedule_revisions) as used',
  );
  return {
    live: new Map(live.map((row) => [row.name, scheduleOfRow(row)])),
    applied: new Map(applied.map((row) => [row.name, appliedOfRow(row)])),
    wasNeverUsed: used[0]?.used === false,
  };
}

interface AppliedRow {
  readonly name: string;
  readonly source: string;
  readonly definition: ScheduleDocument;
}

function appliedOfRow({ source, definition }: AppliedRow): AppliedDefinition {
  return { source, document: definition };
}

async function writeStep(
  tx: pg.PoolClient,
  step: ApplyStep,
  { by, how, decideBefore }: ApplyChange,
): Promise<Pick<AppliedStep, 'schedule' | 'removedBy'> | 'raced'> {
  const { name, write } = step;
  const signed = { by, how: how(step), decideBefore };
  if (write === undefined) return { schedule: undefined, removedBy: undefined };
  // It is locked already; now for the time of the change.
  const current = await lockSchedule(tx, name, 'update');
  if (write === 'remove') {
    if (current === undefined) return 'raced';
    return { schedule: undefined, removedBy: await deleteSchedule(tx, current, signed) };
  }
  const isNew = step.outcome?.kind === 'created';
  if (isNew !== (current === undefined)) return 'raced';
  const schedule =
    current === undefined
      ? await createSchedule(tx, write, signed)
      : await replaceSchedule(tx, current, write, signed);
  return schedule === undefined ? 'raced' : { schedule, removedBy: undefined };
}

async function remember(
  tx: pg.PoolClient,
  { name, remember: wanted }: ApplyStep,
  by: string,
): Promise<void> {
  if (wanted === undefined) return;
  if (wanted === 'forget') {
    await tx.query('delete from holdfast.applied_schedules where name = $1', [name]);
    return;
  }
  await tx.query(
    `insert into holdfast.applied_schedules (name, source, definition, by) values ($1, $2, $3, $4)
     on conflict (name) do update
     set source = excluded.source, definition = excluded.definition, at = now(), by = excluded.by
     where (applied_schedules.source, applied_schedules.definition::text)
       is distinct from (excluded.source, excluded.definition::text)`,
    [name, wanted.source, JSON.stringify(wanted.document), by],
  );
}
