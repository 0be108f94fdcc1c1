import type pg from 'pg';
import type { PlanOfSchedule, UnstartedPlan } from './planned-runs.ts';
import { isoOf } from './plan-scopes.ts';

/**
 * Claims plans whose jobs are about to be started: from then on a removal of their schedule leaves them
 * alone. Claimed before, by a start that was cut off, they are claimed again. Answers those of them that
 * are still to be started.
 */
export async function claimPlans(
  pool: pg.Pool,
  schedule: string,
  plans: readonly UnstartedPlan[],
): Promise<UnstartedPlan[]> {
  // In the order in which a removal takes them, so that neither waits for the other for ever.
  const { rows } = await pool.query<{ scope: string; time: Date }>(
    `with unstarted as (
       select plans.scope, plans.time
       from holdfast.plans join unnest($2::text[], $3::timestamptz[]) wanted (scope, time)
         on plans.scope = wanted.scope and plans.time = wanted.time
       where schedule = $1 and skipped is null and started_at is null
       order by plans.scope, plans.time for update of plans
     )
     update holdfast.plans set claimed_at = now() from unstarted
     where schedule = $1 and plans.scope = unstarted.scope and plans.time = unstarted.time
     returning plans.scope, plans.time`,
    [schedule, ...keysOf(plans)],
  );
  const claimed = new Set(rows.map(({ scope, time }) => `${time.getTime()} ${scope}`));
  return plans.filter(({ scope, time }) => claimed.has(`${time} ${scope}`));
}

/** Records that the jobs of plans were started. */
export async function markStarted(
  pool: pg.Pool,
  schedule: string,
  plans: readonly PlanOfSchedule[],
): Promise<void> {
  await pool.query(
    `update holdfast.plans set started_at = now()
     from unnest($2::text[], $3::timestamptz[]) started (scope, time)
     where schedule = $1 and plans.scope = started.scope and plans.time = started.time
       and skipped is null and started_at is null`,
    [schedule, ...keysOf(plans)],
  );
}

/**
 * Gives back the claims of plans whose jobs were not started. Where the schedule was removed meanwhile they
 * never run, as they would not without the claim.
 */
export async function releaseClaims(
  pool: pg.Pool,
  schedule: string,
  plans: readonly PlanOfSchedule[],
): Promise<void> {
  // The lock waits for a removal that has passed the plans over and is not committed yet.
  await pool.query(
    `with found as (select 1 from holdfast.schedules where name = $1 for share)
     update holdfast.plans
     set claimed_at = null, skipped = case when not is_there then 'removed' end,
       due_at = case when is_there then due_at end, job_id = case when is_there then job_id end,
       trigger_key = case when is_there then trigger_key end
     from unnest($2::text[], $3::timestamptz[]) released (scope, time),
       (select exists (select 1 from found) as is_there) schedule
     where plans.schedule = $1 and plans.scope = released.scope and plans.time = released.time
       and skipped is null and started_at is null`,
    [schedule, ...keysOf(plans)],
  );
}

function keysOf(plans: readonly PlanOfSchedule[]): [scopes: string[], times: string[]] {
  return [plans.map(({ scope }) => scope), plans.map(({ time }) => isoOf(time))];
}
