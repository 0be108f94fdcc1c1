import type { LatestPlan } from '../domain/schedule.ts';
import type { Queryable } from './pool.ts';

/**
 * The latest plans that ticks decided and that run or ran, by scope: what the rules of `compat` ask for.
 * What somebody ran by hand at another time does not move the times that follow.
 */
export async function latestPlans(
  db: Queryable,
  schedule: string,
  scopes: readonly string[],
): Promise<Map<string, LatestPlan>> {
  const { rows } = await db.query<{ scope: string; time: Date; state: string | null }>(
    `select wanted.scope, plan.time, job.state
     from unnest($2::text[]) wanted (scope)
       cross join lateral (
         select time, job_id from holdfast.plans
         where schedule = $1 and plans.scope = wanted.scope and skipped is null
           -- A tick that found its time on record already has left that row to whoever made it.
           and (origin = 'tick' or time = (
             select decided_through from holdfast.schedule_scopes
             where schedule = $1 and schedule_scopes.scope = wanted.scope))
         order by time desc limit 1
       ) plan
       left join lateral (
         select state from holdfast.jobs where id = plan.job_id order by generation desc limit 1
       ) job on true`,
    [schedule, scopes],
  );
  return new Map(rows.map(({ scope, time, state }) => [scope, latestOf(time, state)]));
}

/** Its retries are its job's own: when that has failed, none is left. */
function latestOf(time: Date, state: string | null): LatestPlan {
  const shown = state === null || state === 'open' ? 'RUNNING' : 'FAILED';
  return {
    time: time.getTime(),
    state: state === 'succeeded' ? 'SUCCESS' : shown,
    attempt: 1,
    maxAttempts: 1,
    nextRetryAt: undefined,
  };
}
