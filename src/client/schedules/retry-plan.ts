import { HoldfastError } from '../../domain/errors.ts';
import { overrideKind } from '../../domain/kind-override.ts';
import { formatPlanTime, planJobId } from '../../domain/plan-id.ts';
import { planRequest } from '../../domain/plan-request.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { PlanRecord } from '../../ledger/plan-history.ts';
import type { Connections } from '../connections.ts';
import { jobExists } from '../dedupe.ts';
import { findHolder } from '../find-holder.ts';
import { retryJob } from '../retry-job.ts';
import type { StartedJob } from '../start-job.ts';
import { startNext } from '../start-job.ts';
import { storedSchedule } from './check-schedule.ts';

/** See `SchedulesClient.retry`. */
export async function retryPlan(
  connections: Connections,
  name: string,
  { scope = 'default', time }: { readonly scope?: string; readonly time: Date },
): Promise<{ readonly jobId: string; readonly generation: number }> {
  const plan = await findPlan(connections, name, scope, time);
  if (plan.state !== 'FAILED') {
    const hint = 'only a failed plan is retried; `holdfast schedules backfill` runs missing ones';
    throw new HoldfastError('job_closed', `plan ${planText(plan)} is ${plan.state}`, {
      hint,
      details: { schedule: name, scope, time: formatPlanTime(time.getTime()), state: plan.state },
    });
  }
  const { generation } = await startAgain(connections, name, scope, time);
  return { jobId: planJobId({ schedule: name, scope, time: time.getTime() }), generation };
}

/**
 * Starts the next generation of a plan's job, by the definition that the plan was planned by.
 *
 * @throws HoldfastError `plan_not_found`; `job_exists` while it runs
 */
export async function startAgain(
  connections: Connections,
  schedule: string,
  scope: string,
  time: Date,
): Promise<Pick<StartedJob, 'generation'>> {
  const { ledger } = connections;
  const { revision } = await findPlan(connections, schedule, scope, time);
  const id = planJobId({ schedule, scope, time: time.getTime() });
  const changes = await ledger.schedules.revisions(schedule);
  const document = changes.find((change) => change.revision === revision)?.document;
  const definition = document && resolveDefinition(document);
  // What code computed is known to the job alone.
  if (definition === undefined || definition.computesInput) return retryJob(connections, id);
  const holder = await findHolder(connections, id, await ledger.findNewest(id));
  if (holder === undefined) return retryJob(connections, id);
  if (holder.state === 'open') throw jobExists(holder, 'it runs now');
  const request = planRequest(definition, { scope, time: time.getTime(), revision });
  const overridden = overrideKind(request, connections.kinds, definition.given);
  const started = await startNext(connections, holder, overridden);
  if (started !== undefined) return started;
  throw jobExists({ ...holder, state: 'open' }, 'somebody else has just started it');
}

async function findPlan(
  { ledger }: Connections,
  schedule: string,
  scope: string,
  time: Date,
): Promise<PlanRecord> {
  const page = await ledger.schedules.history({
    ...{ schedule, scope, since: time, until: time, limit: 10 },
  });
  const plan = page.plans.find((each) => each.time.getTime() === time.getTime());
  if (plan !== undefined) return plan;
  await storedSchedule({ schedules: ledger.schedules }, schedule);
  const at = formatPlanTime(time.getTime());
  throw new HoldfastError(
    'plan_not_found',
    `schedule ${schedule} has no plan of scope ${scope} at ${at}`,
    {
      hint: `see \`holdfast schedules history ${schedule}\``,
      details: { schedule, scope, time: at },
    },
  );
}

function planText({ schedule, scope, time }: PlanRecord): string {
  return `${schedule}/${scope}/${formatPlanTime(time.getTime())}`;
}
