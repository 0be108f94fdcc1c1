import type pg from 'pg';
import { planJobId } from '../domain/plan-id.ts';
import type { LockedSchedule } from './plan-scopes.ts';
import { insertPlans, isoOf, lockSchedule } from './plan-scopes.ts';
import { inTransaction } from './pool.ts';

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

/**
 * Plans a run of a scope now, at the first second that no plan has. A key that was there before answers
 * with the plan it made then. Undefined: there is no such schedule.
 */
export async function triggerPlan(
  pool: pg.Pool,
  schedule: string,
  scope: string,
  key?: string,
): Promise<AddedPlan | undefined> {
  return inTransaction(pool, async (tx) => {
    const locked = await lockToAdd(tx, schedule);
    if (locked === undefined) return undefined;
    const before = key === undefined ? undefined : await planOfKey(tx, schedule, scope, key);
    if (before !== undefined) return before;
    const { revision } = locked;
    const time = await freeSecond(tx, schedule, scope, locked.now.getTime());
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
  schedule: string,
  scope: string,
  now: number,
): Promise<number> {
  const first = Math.floor(now / SECOND_MS) * SECOND_MS;
  const { rows } = await tx.query<{ time: Date }>(
    `select time from holdfast.plans
     where schedule = $1 and scope = $2 and time >= $3 order by time limit ${FREE_SECONDS}`,
    [schedule, scope, isoOf(first)],
  );
  const taken = new Set(rows.map(({ time }) => time.getTime()));
  let time = first;
  while (taken.has(time)) time += SECOND_MS;
  return time;
}

/** A time that a backfill wants to run. */
export interface MissingTime {
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  /** The schedule's next time after it, where a range of skipped times goes on. */
  readonly next: number | undefined;
}

/**
 * Plans times of a scope that never ran: those without a row, and those that were skipped. Answers
 * those that it planned. Undefined: there is no such schedule.
 */
export async function backfillPlans(
  pool: pg.Pool,
  schedule: string,
  scope: string,
  times: readonly MissingTime[],
): Promise<AddedPlan[] | undefined> {
  return inTransaction(pool, async (tx) => {
    const locked = await lockToAdd(tx, schedule);
    if (locked === undefined) return undefined;
    const { revision } = locked;
    await cutRanges(tx, schedule, scope, times);
    const { rows } = await tx.query<{ time: Date; job_id: string }>(
      `insert into holdfast.plans (schedule, scope, time, revision, origin, due_at, job_id)
       select $1, $2, time, $3, 'backfill', now(), job_id
       from unnest($4::timestamptz[], $5::text[]) wanted (time, job_id)
       on conflict (schedule, scope, time) do update
       set revision = excluded.revision, origin = 'backfill', due_at = excluded.due_at,
         job_id = excluded.job_id, skipped = null, through = null, count = null, decided_at = now()
       where plans.skipped is not null
       returning time, job_id`,
      [
        ...[schedule, scope, revision, times.map(({ time }) => isoOf(time))],
        times.map(({ time }) => planJobId({ schedule, scope, time })),
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

/** A range that begins with a time that is to run begins with its next time from now on. */
async function cutRanges(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  times: readonly MissingTime[],
): Promise<void> {
  const nexts = new Map(times.map(({ time, next }) => [time, next]));
  const { rows } = await tx.query<{ time: Date; through: Date; count: number }>(
    `select time, through, count from holdfast.plans
     where schedule = $1 and scope = $2 and through is not null and time = any ($3::timestamptz[])`,
    [schedule, scope, times.map(({ time }) => isoOf(time))],
  );
  for (const row of rows) {
    const through = row.through.getTime();
    let [time, count]: [number | undefined, number] = [row.time.getTime(), row.count];
    while (time !== undefined && time <= through && nexts.has(time)) {
      time = nexts.get(time);
      count--;
    }
    if (time === undefined || time > through) continue;
    await tx.query(
      `insert into holdfast.plans
         (schedule, scope, time, revision, origin, decided_at, skipped, through, count)
       select schedule, scope, $4, revision, origin, decided_at, skipped, through, $5
       from holdfast.plans where schedule = $1 and scope = $2 and time = $3
       on conflict (schedule, scope, time) do nothing`,
      [schedule, scope, row.time, isoOf(time), Math.max(count, 1)],
    );
  }
}

async function makeDue(tx: pg.PoolClient, schedule: string): Promise<void> {
  await tx.query('update holdfast.schedules set next_due_at = now() where name = $1', [schedule]);
}
