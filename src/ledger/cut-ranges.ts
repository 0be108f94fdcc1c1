import type pg from 'pg';
import type { RangePart } from '../domain/cut-range.ts';
import { cutRange } from '../domain/cut-range.ts';
import type { Occurrences, TimesOf } from '../domain/occurrences.ts';
import { isTimeOf } from '../domain/occurrences.ts';
import type { LockedSchedule, PlanSkip } from './plan-scopes.ts';
import { isoOf } from './plan-scopes.ts';
import { definitionsOf } from './planned-runs.ts';
import { definitionOf } from './schedule-row.ts';

interface RangeRow {
  time: Date;
  through: Date;
  revision: number;
  skipped: PlanSkip;
}

/**
 * Takes times that are to run out of the ranges of skipped times that hold them. The rest of each range stays
 * on record, in parts with counts of their own.
 */
export async function cutRanges(
  tx: pg.PoolClient,
  schedule: LockedSchedule,
  scope: string,
  times: readonly number[],
  timesOf: TimesOf,
): Promise<void> {
  const { name } = schedule;
  const ranges = await rangesOver(tx, name, scope, times);
  const revisions = [...new Set(ranges.map(({ revision }) => revision))];
  const definitions = await definitionsOf(tx, name, revisions);
  for (const range of ranges) {
    // What another definition has as its times was never counted there.
    const definition = definitions.get(range.revision) ?? definitionOf(schedule.definition);
    await cutOne(tx, name, scope, range, times, timesOf(definition));
  }
}

async function cutOne(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  { time, through, skipped }: RangeRow,
  times: readonly number[],
  occurrences: Occurrences,
): Promise<void> {
  const [from, to] = [time.getTime(), through.getTime()];
  const wanted = times.filter((each) => each >= from && each <= to);
  if (wanted.length === 0) return;
  // What is on record beside a range is none of its skipped times, whoever has left it counted there.
  const beside = await timesBeside(tx, schedule, scope, { time, through });
  const taken = [...new Set([...wanted, ...beside])]
    .filter((each) => each === from || isTimeOf(occurrences, each))
    .sort((a, b) => a - b);
  if (taken.length === 0) return;
  const parts = cutRange({ from, to, isGap: skipped === 'dst_gap' }, taken, occurrences);
  await replaceRange(tx, schedule, scope, time, parts);
}

async function rangesOver(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  times: readonly number[],
): Promise<RangeRow[]> {
  const { rows } = await tx.query<RangeRow>(
    `select time, through, revision, skipped from holdfast.plans
     where schedule = $1 and scope = $2 and through is not null
       and through >= (select min(wanted) from unnest($3::timestamptz[]) wanted)
       and time <= (select max(wanted) from unnest($3::timestamptz[]) wanted)
     order by time`,
    [schedule, scope, times.map(isoOf)],
  );
  return rows;
}

async function timesBeside(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  { time, through }: Pick<RangeRow, 'time' | 'through'>,
): Promise<number[]> {
  const { rows } = await tx.query<{ time: Date }>(
    `select time from holdfast.plans
     where schedule = $1 and scope = $2 and time > $3 and time <= $4`,
    [schedule, scope, time, through],
  );
  return rows.map((row) => row.time.getTime());
}

async function replaceRange(
  tx: pg.PoolClient,
  schedule: string,
  scope: string,
  time: Date,
  parts: readonly RangePart[],
): Promise<void> {
  await tx.query(
    `with gone as (
       delete from holdfast.plans where schedule = $1 and scope = $2 and time = $3
       returning schedule, scope, revision, origin, decided_at, skipped
     )
     insert into holdfast.plans
       (schedule, scope, time, revision, origin, decided_at, skipped, through, count)
     select schedule, scope, part.time, revision, origin, decided_at, skipped, part.through, part.count
     from gone cross join unnest($4::timestamptz[], $5::timestamptz[], $6::int[])
       part (time, through, count)`,
    [
      ...[schedule, scope, time],
      parts.map(({ from }) => isoOf(from)),
      // One time is no range.
      parts.map(({ to, count }) => (count === 1 ? null : isoOf(to))),
      parts.map(({ count }) => (count === 1 ? null : count)),
    ],
  );
}
