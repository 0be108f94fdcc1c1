import type pg from 'pg';
import type { Occurrences, TimesOf } from '../domain/occurrences.ts';
import { isTimeOf } from '../domain/occurrences.ts';
import { planJobId } from '../domain/plan-id.ts';
import { cutRanges } from './cut-ranges.ts';
import type { LockedSchedule } from './plan-scopes.ts';
import { insertPlans, isoOf, lockSchedule } from './plan-scopes.ts';
import { inTransaction } from './pool.ts';
import { definitionOf } from './schedule-row.ts';

const SECOND_MS = 1000;
// Far more than anybody triggers in a moment; each takes a second of its own.
const FREE_SECONDS = 10_000;

/** A plan that somebody asked for. */
export interface AddedPlan {
  readonly scope: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly revision: number;
  readonly jobId: string;
}

/** How a trigger finds its second. */
export interface TriggerRules {
  readonly timesOf: TimesOf;
  /** A key that was there before answers with the plan it made then. */
  readonly key?: string | undefined;
}

/**
 * Plans a run of a scope now, at the first second that no plan has and that is none of the schedule's own
 * times. Undefined: there is no such schedule.
 */
export async function triggerPlan(
  pool: pg.Pool,
  schedule: string,
  scope: string,
  { timesOf, key }: TriggerRules,
): Promise<AddedPlan | undefined> {
  return inTransaction(pool, async (tx) => {
    const locked = await lockToAdd(tx, schedule);
    if (locked === undefined) return undefined;
    const before = key === undefined ? undefined : await planOfKey(tx, schedule, scope, key);
    if (before !== undefined) return before;
    const { revision } = locked;
    const time = await freeSecond(tx, locked, scope, timesOf(definitionOf(locked.definition)));
    const jobId = planJobId({ schedule, scope, time });
    const dueAt = locked.now.getTime();
    const of = { schedule, revision, origin: 'trigger', triggerKey: key } as const;
    await insertPlans(tx, of, [{ scope, time, dueAt, jobId }]);
    await makeDue(tx, schedule);
    return { scope, time, revision, jobId };
  });
}

/**
 * Alone with the schedule: no tick decides meanwhile, so no watermark has to be held. A lock that is shared at
 * first could not become this one where two hold it.
 */
function lockToAdd(tx: pg.PoolClient, schedule: string): Promise<LockedSchedule | undefined> {
  return lockSchedule(tx, schedule, 'update');
}

async function planOfKey(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  key: string,
): Promise<AddedPlan | undefined> {
  const { rows } = await tx.query<{ time: Date; revision: number }>(
    `select time, revision from holdfast.plans
     where schedule = $1 and scope = $2 and trigger_key = $3`,
    [schedule, scope, key],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const time = row.time.getTime();
  return { scope, time, revision: row.revision, jobId: planJobId({ schedule, scope, time }) };
}

async function freeSecond(
  tx: pg.PoolClient,
  { name, now }: LockedSchedule,
  scope: string,
  occurrences: Occurrences,
): Promise<number> {
  const first = Math.floor(now.getTime() / SECOND_MS) * SECOND_MS;
  const seconds = Array.from({ length: FREE_SECONDS }, (_, n) => first + n * SECOND_MS);
  const end = first + FREE_SECONDS * SECOND_MS;
  const { rows } = await tx.query<{ time: Date }>(
    `select time from holdfast.plans
     where schedule = $1 and scope = $2 and time >= $3 and time < $4`,
    [name, scope, isoOf(first), isoOf(end)],
  );
  const taken = new Set(rows.map(({ time }) => time.getTime()));
  const free = seconds.filter((time) => !taken.has(time));
  // A plan at a time of the schedule would run in its place. Of a cadence of one second every second is one:
  // then this run is that time's, rather than none.
  return free.find((time) => !isTimeOf(occurrences, time)) ?? free[0] ?? end;
}

/**
 * Plans times of a scope that never ran: those without a row, and those that were skipped. Times that are
 * not due yet are left to their tick. Answers those that it planned. Undefined: there is no such schedule.
 */
export async function backfillPlans(
  pool: pg.Pool,
  schedule: string,
  scope: string,
  times: readonly number[],
  timesOf: TimesOf,
): Promise<AddedPlan[] | undefined> {
  return inTransaction(pool, async (tx) => {
    const locked = await lockToAdd(tx, schedule);
    if (locked === undefined) return undefined;
    const { revision } = locked;
    const { plan } = definitionOf(locked.definition);
    const eligible = locked.now.getTime() - plan.delayMs;
    const due = times.filter((time) => time <= eligible);
    await cutRanges(tx, locked, scope, due, timesOf);
    const { rows } = await tx.query<{ time: Date; job_id: string }>(
      `insert into holdfast.plans (schedule, scope, time, revision, origin, due_at, job_id)
       select $1, $2, time, $3, 'backfill', now(), job_id
       from unnest($4::timestamptz[], $5::text[]) wanted (time, job_id)
       on conflict (schedule, scope, time) do update
       set revision = excluded.revision, origin = 'backfill', due_at = excluded.due_at,
         job_id = excluded.job_id, skipped = null, decided_at = now()
       where plans.skipped is not null
       returning time, job_id`,
      [
        ...[schedule, scope, revision, due.map(isoOf)],
        due.map((time) => planJobId({ schedule, scope, time })),
      ],
    );
    if (rows.length > 0) await makeDue(tx, schedule);
    const added = rows.map(({ time, job_id: jobId }) => ({
      ...{ scope, revision, jobId },
      time: time.getTime(),
    }));
    return added.sort((a, b) => a.time - b.time);
  });
}

async function makeDue(tx: pg.PoolClient, schedule: string): Promise<void> {
  await tx.query('update holdfast.schedules set next_due_at = now() where name = $1', [schedule]);
}
