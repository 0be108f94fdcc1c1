import type pg from 'pg';
import type { ScheduleDefinition, ScheduleDocument } from '../domain/schedule-definition.ts';
import { resolveDefinition } from '../domain/schedule-definition.ts';
import type { Decide, LockedSchedule } from './plan-scopes.ts';
import { decideScopes, lockSchedule, lockWatermarks } from './plan-scopes.ts';
import { inTransaction } from './pool.ts';
import type { ScheduleRow, StoredSchedule } from './schedule-row.ts';
import { definitionOf, SCHEDULE_COLUMNS, scheduleOfRow } from './schedule-row.ts';

/** Who changes a schedule, and by what: it is kept with the revision. */
export interface ScheduleChange {
  readonly by: string;
  /** In a word or two, such as `put` or `edit`. */
  readonly how: string;
  /** The revision that the change was made from, 0 for none: another one refuses it. */
  readonly revision?: number | undefined;
}

/** A definition that is put on record. */
export interface PutOptions extends ScheduleChange {
  /**
   * Decides, by the definition that is replaced, the times up to now: asked where the new one has other
   * times, which then begin after now.
   */
  readonly decideBefore: Decide;
}

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
  const definition = resolveDefinition(document);
  const { name } = definition;
  return inTransaction(pool, async (tx) => {
    // Two who create it at once: the second one waits here, and finds it.
    const created = await createSchedule(tx, definition, document, options);
    if (created !== undefined) return { kind: 'created', schedule: scheduleOfRow(created) };
    const current = await lockSchedule(tx, name, 'update');
    const revision = current?.revision ?? 0;
    const isOther = options.revision !== undefined && options.revision !== revision;
    if (current === undefined || isOther) return { kind: 'conflict', revision };
    if (JSON.stringify(current.definition) === JSON.stringify(document)) {
      return { kind: 'unchanged', schedule: scheduleOfRow(current) };
    }
    const isRetimed = timesOf(definition) !== timesOf(definitionOf(current.definition));
    if (isRetimed) await decideUpToNow(tx, current, options.decideBefore);
    const changed = await changeSchedule(tx, definition, document, { options, isRetimed });
    return { kind: 'changed', schedule: scheduleOfRow(changed) };
  });
}

/** What tells which times a schedule has. */
function timesOf({ plan: { timing, timezone, dst, compat } }: ScheduleDefinition): string {
  return JSON.stringify([timing, timezone, dst, compat]);
}

async function createSchedule(
  tx: pg.PoolClient,
  definition: ScheduleDefinition,
  document: ScheduleDocument,
  { by, how, revision }: PutOptions,
): Promise<ScheduleRow | undefined> {
  if (revision !== undefined && revision !== 0) return undefined;
  // A name that was used before goes on with its numbers: plans name their revision.
  const { rows } = await tx.query<ScheduleRow>(
    `insert into holdfast.schedules
       (name, revision, definition, run_timeout_ms, delay_ms, paused_at, paused_by, paused_reason)
     select $1, coalesce(max(revision), 0) + 1, $2, $3, $4, case when $5 then now() end,
       case when $5 then $6::text end, case when $5 then 'created paused' end
     from holdfast.schedule_revisions where name = $1
     on conflict (name) do nothing
     returning ${SCHEDULE_COLUMNS}`,
    [...valuesOf(definition, document), definition.isPaused, by],
  );
  const created = rows[0];
  if (created !== undefined) await recordRevision(tx, created, document, { by, how });
  return created;
}

function valuesOf(definition: ScheduleDefinition, document: ScheduleDocument): unknown[] {
  const { name, plan, request } = definition;
  return [name, JSON.stringify(document), request.timeoutMs, plan.delayMs];
}

async function decideUpToNow(
  tx: pg.PoolClient,
  current: LockedSchedule,
  decideBefore: Decide,
): Promise<void> {
  const { rows } = await tx.query<{ scope: string }>(
    'select scope from holdfast.schedule_scopes where schedule = $1 and decided_through is not null',
    [current.name],
  );
  const scopes = rows.map(({ scope }) => scope);
  const watermarks = await lockWatermarks(tx, current.name, scopes);
  await decideScopes(tx, current, watermarks, decideBefore);
  await tx.query(
    `update holdfast.schedule_scopes set decided_through = greatest(decided_through, $2)
     where schedule = $1`,
    [current.name, current.now],
  );
}

async function changeSchedule(
  tx: pg.PoolClient,
  definition: ScheduleDefinition,
  document: ScheduleDocument,
  { options, isRetimed }: { readonly options: PutOptions; readonly isRetimed: boolean },
): Promise<ScheduleRow> {
  const { rows } = await tx.query<ScheduleRow>(
    `update holdfast.schedules
     set revision = revision + 1, definition = $2, run_timeout_ms = $3, delay_ms = $4,
       effective_from = case when $5 then clock_timestamp() else effective_from end,
       next_due_at = null
     where name = $1 returning ${SCHEDULE_COLUMNS}`,
    [...valuesOf(definition, document), isRetimed],
  );
  const changed = rows[0];
  if (changed === undefined) throw new Error(`schedule ${definition.name} is locked and gone`);
  await recordRevision(tx, changed, document, options);
  return changed;
}

async function recordRevision(
  tx: pg.PoolClient,
  { name, revision }: Pick<ScheduleRow, 'name' | 'revision'>,
  document: ScheduleDocument | null,
  { by, how }: ScheduleChange,
): Promise<void> {
  await tx.query(
    `insert into holdfast.schedule_revisions (name, revision, definition, by, how)
     values ($1, $2, $3, $4, $5)`,
    [name, revision, document === null ? null : JSON.stringify(document), by, how],
  );
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
    await tx.query(
      `update holdfast.plans set skipped = 'removed', due_at = null, job_id = null
       where schedule = $1 and skipped is null and started_at is null`,
      [name],
    );
    await tx.query('delete from holdfast.schedules where name = $1', [name]);
    await recordRevision(tx, { name, revision: revision + 1 }, null, change);
    return 'removed';
  });
}
