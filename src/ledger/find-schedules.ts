import type pg from 'pg';
import type { FieldChange } from '../domain/document-changes.ts';
import { documentChanges } from '../domain/document-changes.ts';
import type { LatestPlan } from '../domain/schedule.ts';
import type { ScheduleDefinition, ScheduleDocument } from '../domain/schedule-definition.ts';
import { latestPlans } from './latest-plan.ts';
import type { ScheduleRow, StoredSchedule } from './schedule-row.ts';
import { definitionOf, SCHEDULE_COLUMNS, scheduleOfRow } from './schedule-row.ts';

/** One change of a schedule. */
export interface ScheduleRevision {
  readonly revision: number;
  /** Undefined: it was removed. */
  readonly document: ScheduleDocument | undefined;
  readonly at: Date;
  readonly by: string;
  /** By what, such as `edit`, `apply schedules.yaml` or `revert to 3`. */
  readonly how: string;
  /** What is different from the revision before, field by field; none where it was removed. */
  readonly changes: readonly FieldChange[];
}

/** A schedule by its name. */
export async function findSchedule(
  pool: pg.Pool,
  name: string,
): Promise<StoredSchedule | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `select ${SCHEDULE_COLUMNS} from holdfast.schedules where name = $1`,
    [name],
  );
  return rows[0] && scheduleOfRow(rows[0]);
}

/** Every schedule, by name. */
export async function listSchedules(pool: pg.Pool): Promise<StoredSchedule[]> {
  const { rows } = await pool.query<ScheduleRow>(
    `select ${SCHEDULE_COLUMNS} from holdfast.schedules order by name`,
  );
  return rows.map(scheduleOfRow);
}

/** The changes of a schedule, also of one that was removed, the newest first. */
export async function findRevisions(pool: pg.Pool, name: string): Promise<ScheduleRevision[]> {
  const { rows } = await pool.query<{
    revision: number;
    definition: ScheduleDocument | null;
    at: Date;
    by: string;
    how: string;
  }>(
    `select revision, definition, at, by, how from holdfast.schedule_revisions
     where name = $1 order by revision desc`,
    [name],
  );
  return rows.map(({ definition, ...row }, index) => {
    const document = definition ?? undefined;
    const before = rows[index + 1]?.definition ?? undefined;
    return { ...row, document, changes: document ? documentChanges(before, document) : [] };
  });
}

/**
 * The schedules that a tick is due for, the longest overdue first. A paused one is, too, where it was
 * told to run something: by hand, as its ticks plan nothing.
 */
export async function overdueSchedules(pool: pg.Pool, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select name from holdfast.schedules
     where next_due_at <= now() or (next_due_at is null and paused_at is null)
     order by next_due_at nulls first limit $1`,
    [limit],
  );
  return rows.map(({ name }) => name);
}

/** Which scopes to look at: those that the provider answered, or else those of the definition. */
export interface ScopeBatch {
  /** The last scope of the batch before; asked for those of the definition only. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** A batch of what the provider answered, which whoever has all of it has cut. */
  readonly scopes?: readonly string[] | undefined;
}

/** Some scopes of a schedule, with what is known of them. */
export interface ScopesToPlan {
  readonly schedule: StoredSchedule;
  readonly definition: ScheduleDefinition;
  /** The database's time, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** Ordered by name. */
  readonly scopes: readonly {
    readonly scope: string;
    readonly decidedThrough: number | undefined;
  }[];
  /** Where the next batch begins: the `after` for it. Undefined: this was the last. */
  readonly next: string | undefined;
}

/** A batch of scopes with their watermarks. Undefined: there is no such schedule. */
export async function scopesToPlan(
  pool: pg.Pool,
  name: string,
  { after, limit, scopes }: ScopeBatch,
): Promise<ScopesToPlan | undefined> {
  const { rows } = await pool.query<ScheduleRow & { now: Date }>(
    `select ${SCHEDULE_COLUMNS}, now() from holdfast.schedules where name = $1`,
    [name],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const definition = definitionOf(row.definition);
  const listed = definition.scopes.kind === 'list' ? definition.scopes.scopes : [];
  const isListed = (scope: string) => after === undefined || scope > after;
  const rest = [...(scopes ?? listed.filter(isListed))].sort();
  const batch = rest.slice(0, limit);
  const marks = batch.length === 0 ? [] : await watermarksOf(pool, name, batch);
  const known = new Map(marks.map((mark) => [mark.scope, mark.decided_through.getTime()]));
  return {
    schedule: scheduleOfRow(row),
    definition,
    now: row.now.getTime(),
    scopes: batch.map((scope) => ({ scope, decidedThrough: known.get(scope) })),
    next: rest.length > limit ? batch.at(-1) : undefined,
  };
}

async function watermarksOf(
  pool: pg.Pool,
  schedule: string,
  scopes: readonly string[],
): Promise<{ scope: string; decided_through: Date }[]> {
  const { rows } = await pool.query<{ scope: string; decided_through: Date }>(
    `select scope, decided_through from holdfast.schedule_scopes
     where schedule = $1 and scope = any ($2::text[]) and decided_through is not null`,
    [schedule, scopes],
  );
  return rows;
}

/** The latest plan of a scope that a tick decided and that runs or ran. */
export async function latestPlan(
  pool: pg.Pool,
  schedule: string,
  scope: string,
): Promise<LatestPlan | undefined> {
  return (await latestPlans(pool, schedule, [scope])).get(scope);
}
