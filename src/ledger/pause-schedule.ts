import type pg from 'pg';
import type { ResumePolicy } from '../domain/schedule-definition.ts';
import type { ScheduleRow, StoredSchedule } from './schedule-row.ts';
import { SCHEDULE_COLUMNS, scheduleOfRow } from './schedule-row.ts';

/** Who pauses a schedule, and why. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
}

/** Lets ticks leave a schedule alone. A pause goes on with its first reason. Undefined: there is none. */
export async function pauseSchedule(
  pool: pg.Pool,
  name: string,
  { by, reason }: Pause,
): Promise<StoredSchedule | undefined> {
  // One more tick: it plans nothing, and starts what was planned and not started. The times of an
  // earlier pause that no tick has decided yet become times of this one.
  const { rows } = await pool.query<ScheduleRow>(
    `update holdfast.schedules
     set paused_by = coalesce(paused_by, $2), paused_reason = coalesce(paused_reason, $3),
       paused_at = coalesce(paused_at, resumed_from, now()),
       resumes = null, resumed_at = null, resumed_from = null,
       next_due_at = coalesce(next_due_at, now())
     where name = $1 returning ${SCHEDULE_COLUMNS}`,
    [name, by, reason],
  );
  return rows[0] && scheduleOfRow(rows[0]);
}

/** Ends a pause; the times of it are decided by the policy. Undefined: there is none. */
export async function resumeSchedule(
  pool: pg.Pool,
  name: string,
  policy: ResumePolicy,
): Promise<StoredSchedule | undefined> {
  const { rows } = await pool.query<ScheduleRow>(
    `update holdfast.schedules
     set resumes = case when paused_at is null then resumes else $2 end,
       resumed_at = case when paused_at is null then resumed_at
         else date_trunc('milliseconds', now()) end,
       resumed_from = coalesce(paused_at, resumed_from),
       paused_at = null, paused_by = null, paused_reason = null, next_due_at = null
     where name = $1 returning ${SCHEDULE_COLUMNS}`,
    [name, policy],
  );
  return rows[0] && scheduleOfRow(rows[0]);
}
