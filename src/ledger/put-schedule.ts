import type pg from 'pg';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';
import { lockSchedule } from './plan-scopes.ts';
import { inTransaction } from './pool.ts';
import type { StoredSchedule } from './schedule-row.ts';
import { scheduleOfRow } from './schedule-row.ts';
import type { ChangeSignature, DefinitionChange } from './write-schedule.ts';
import { createSchedule, deleteSchedule, replaceSchedule } from './write-schedule.ts';

/** The revision that a change was made from. */
interface ExpectedRevision {
  /** 0 for none; another one than the schedule has refuses the change. */
  readonly revision?: number | undefined;
}

/** A change of a schedule that is made from one revision. */
export type ScheduleChange = ChangeSignature & ExpectedRevision;

/** A definition that is put on record. */
export type PutOptions = DefinitionChange & ExpectedRevision;

/** What came of a change. */
export type ChangedSchedule =
  | { readonly kind: 'created' | 'changed' | 'unchanged'; readonly schedule: StoredSchedule }
  /** It has another revision than the change was made from; 0 when there is none. */
  | { readonly kind: 'conflict'; readonly revision: number };

/** Puts a definition on record, as a new schedule or in place of what the schedule had. */
export async function putSchedule(
  pool: pg.Pool,
  document: ScheduleDocument,
  options: PutOptions,
): Promise<ChangedSchedule> {
  return inTransaction(pool, async (tx) => {
    if (options.revision === undefined || options.revision === 0) {
      // Two who create it at once: the second one waits here, and finds it.
      const created = await createSchedule(tx, document, options);
      if (created !== undefined) return { kind: 'created', schedule: created };
    }
    const current = await lockSchedule(tx, document.name, 'update');
    const revision = current?.revision ?? 0;
    const isOther = options.revision !== undefined && options.revision !== revision;
    if (current === undefined || isOther) return { kind: 'conflict', revision };
    if (JSON.stringify(current.definition) === JSON.stringify(document)) {
      return { kind: 'unchanged', schedule: scheduleOfRow(current) };
    }
    return { kind: 'changed', schedule: await replaceSchedule(tx, current, document, options) };
  });
}

/** Takes a schedule out. What was planned and not started never runs; what runs goes on. */
export async function removeSchedule(
  pool: pg.Pool,
  name: string,
  change: ScheduleChange,
): Promise<'removed' | { readonly kind: 'conflict'; readonly revision: number }> {
  return inTransaction(pool, async (tx) => {
    const current = await lockSchedule(tx, name, 'update');
    const revision = current?.revision ?? 0;
    const isOther = change.revision !== undefined && change.revision !== revision;
    if (current === undefined || isOther) return { kind: 'conflict', revision };
    await deleteSchedule(tx, current, change);
    return 'removed';
  });
}
