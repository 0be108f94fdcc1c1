import type pg from 'pg';
import type { ScheduleDefinition, ScheduleDocument } from '../domain/schedule-definition.ts';
import { resolveDefinition } from '../domain/schedule-definition.ts';
import type { Decide, LockedSchedule } from './plan-scopes.ts';
import { decideScopes, lockWatermarks } from './plan-scopes.ts';
import type { ScheduleRow, StoredSchedule } from './schedule-row.ts';
import { definitionOf, SCHEDULE_COLUMNS, scheduleOfRow } from './schedule-row.ts';

/** Who changes a schedule, and by what: it is kept with the revision. */
export interface ChangeSignature {
  readonly by: string;
  /** In a word or two, such as `put` or `edit`. */
  readonly how: string;
}

/** A change of a definition. */
export interface DefinitionChange extends ChangeSignature {
  /**
   * Decides, by the definition that is replaced, the times up to now: asked where the new one has other
   * times, which then begin after now.
   */
  readonly decideBefore: Decide;
}

/** Puts a new schedule on record. Undefined: there is one of this name. */
export async function createSchedule(
  tx: pg.PoolClient,
  document: ScheduleDocument,
  { by, how }: ChangeSignature,
): Promise<StoredSchedule | undefined> {
  const definition = resolveDefinition(document);
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
  if (created === undefined) return undefined;
  await recordRevision(tx, created, document, { by, how });
  return scheduleOfRow(created);
}

/** Puts another definition in place of what a locked schedule has. */
export async function replaceSchedule(
  tx: pg.PoolClient,
  current: LockedSchedule,
  document: ScheduleDocument,
  change: DefinitionChange,
): Promise<StoredSchedule> {
  const definition = resolveDefinition(document);
  const isRetimed = timesOf(definition) !== timesOf(definitionOf(current.definition));
  if (isRetimed) await decideUpToNow(tx, current, change.decideBefore);
  const { rows } = await tx.query<ScheduleRow>(
    `update holdfast.schedules
     set revision = revision + 1, definition = $2, run_timeout_ms = $3, delay_ms = $4,
       effective_from = case when $5 then clock_timestamp() else effective_from end,
       next_due_at = null
     where name = $1 returning ${SCHEDULE_COLUMNS}`,
    [...valuesOf(definition, document), isRetimed],
  );
  const changed = rows[0];
  if (changed === undefined) throw new Error(`schedule ${current.name} is locked and gone`);
  await recordRevision(tx, changed, document, change);
  return scheduleOfRow(changed);
}

/**
 * Takes a locked schedule out, and skips what was planned: but for what a tick has claimed, whose jobs may
 * run by now. Answers the revision that tells so.
 */
export async function deleteSchedule(
  tx: pg.PoolClient,
  { name, revision }: LockedSchedule,
  change: ChangeSignature,
): Promise<number> {
  await tx.query(
    `with unclaimed as (
       select scope, time from holdfast.plans
       where schedule = $1 and skipped is null and started_at is null and claimed_at is null
       order by scope, time for update
     )
     update holdfast.plans
     set skipped = 'removed', due_at = null, job_id = null, trigger_key = null from unclaimed
     where schedule = $1 and plans.scope = unclaimed.scope and plans.time = unclaimed.time`,
    [name],
  );
  await tx.query('delete from holdfast.schedules where name = $1', [name]);
  await recordRevision(tx, { name, revision: revision + 1 }, null, change);
  return revision + 1;
}

/** What tells which times a schedule has. */
function timesOf({ plan: { timing, timezone, dst, compat } }: ScheduleDefinition): string {
  return JSON.stringify([timing, timezone, dst, compat]);
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

async function recordRevision(
  tx: pg.PoolClient,
  { name, revision }: Pick<ScheduleRow, 'name' | 'revision'>,
  document: ScheduleDocument | null,
  { by, how }: ChangeSignature,
): Promise<void> {
  await tx.query(
    `insert into holdfast.schedule_revisions (name, revision, definition, by, how)
     values ($1, $2, $3, $4, $5)`,
    [name, revision, document === null ? null : JSON.stringify(document), by, how],
  );
}
