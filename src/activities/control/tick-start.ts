import { Context } from '@temporalio/activity';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { JobRequest } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import type { KindOption } from '../../domain/kind-override.ts';
import { planRequest } from '../../domain/plan-request.ts';
import type { StartedPlans, TickActivities } from '../../domain/tick.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { UnstartedPlan } from '../../ledger/planned-runs.ts';
import type { ControlEvents } from './control-events.ts';

/** How the jobs of plans are started and ended; and what code computes for them. */
export interface PlanRuns {
  /**
   * Starts a job after a delay, at once when that is 0 or less; one that was started is left alone.
   *
   * @param given the options of its kind that its schedule has given
   */
  start(
    id: string,
    request: JobRequest,
    given: readonly KindOption[],
    delayMs: number,
  ): Promise<void>;
  /** Asks for the end of a job, and does not wait for it. */
  end(id: string, generation: number): Promise<void>;
  /** The input of a run as its definition in code computes it; undefined without that definition. */
  inputOf(plan: {
    readonly schedule: string;
    readonly scope: string;
    readonly time: Date;
  }): Promise<{ readonly input: Json } | undefined>;
}

/** What {@link startPlanned} works with. */
export interface StartDeps {
  readonly ledger: Pick<Ledger, 'schedules'>;
  readonly plans: PlanRuns;
  readonly events: Pick<ControlEvents, 'planStarted' | 'timesDecided' | 'planNotStarted'>;
}

const AT_ONCE = 32;

/** Plans are started so long before they are due, by a delayed start: jitter is then kept exactly. */
const AHEAD_MS = 600_000;

/** Another orchestrator may have the definition that this one has not; and trouble may pass. */
const TRIES = 3;

/**
 * Starts the jobs of plans that are due and were not started. Repeated, also after half of it was done,
 * it starts none twice. One that cannot be started holds up no other: it is told, and left.
 *
 * @throws what it was refused with, where another try may mend that
 */
export async function startPlanned(
  deps: StartDeps,
  { schedule, limit, skip = 0 }: Parameters<TickActivities['startPlanned']>[0],
): Promise<StartedPlans> {
  const { schedules } = deps.ledger;
  const found = await schedules.unstarted(schedule, { limit, skip, aheadMs: AHEAD_MS });
  const ready = found.filter((plan) => plan.waitMs <= 0 || !looksAtOthers(plan));
  const refused: { readonly jobId: string; readonly error: unknown }[] = [];
  const startOne = async (lane: readonly UnstartedPlan[]): Promise<UnstartedPlan[]> => {
    const started: UnstartedPlan[] = [];
    for (const plan of lane) {
      try {
        if (await start(deps, plan, started.at(-1))) started.push(plan);
      } catch (error) {
        refused.push({ jobId: plan.jobId, error });
        deps.events.planNotStarted(plan, error);
      }
    }
    return started;
  };
  const started = (await eachAtOnce(lanesOf(ready), AT_ONCE, startOne)).flat();
  if (started.length > 0) await schedules.markStarted(schedule, started);
  for (const plan of started) deps.events.planStarted(plan, Math.max(0, -plan.waitMs));
  const more = found.length === limit && ready.length > 0;
  const [first] = refused;
  if (first === undefined) return { started: started.length, more };
  const { attempt } = Context.current().info;
  const isTriedAgain = (error: unknown): boolean =>
    isAway(error) || (attempt < TRIES && mayPass(error));
  const again = refused.find(({ error }) => isTriedAgain(error));
  if (again !== undefined) throw again.error;
  const why = `${first.jobId} was not started: ${messageOf(first.error)}`;
  return { started: started.length, more, refused: { count: refused.length, why } };
}

/** What the runs of its scope do decides whether and how it starts. */
function looksAtOthers({ definition: { overlap } }: UnstartedPlan): boolean {
  return overlap === 'skip' || overlap === 'replace';
}

/** Plans of one scope that look at one another come in order; all others stand alone. */
function lanesOf(plans: readonly UnstartedPlan[]): UnstartedPlan[][] {
  const lanes: UnstartedPlan[][] = [];
  const byScope = new Map<string, UnstartedPlan[]>();
  for (const plan of plans) {
    const lane = looksAtOthers(plan) ? byScope.get(plan.scope) : undefined;
    if (lane !== undefined) lane.push(plan);
    else lanes.push([plan]);
    if (looksAtOthers(plan) && lane === undefined) byScope.set(plan.scope, lanes.at(-1)!);
  }
  return lanes;
}

/** Answers false for one that is skipped. */
async function start(
  { ledger, plans, events }: StartDeps,
  plan: UnstartedPlan,
  before: UnstartedPlan | undefined,
): Promise<boolean> {
  const { schedule, scope, definition, jobId } = plan;
  // Whoever asks for a run by hand has seen what else runs.
  if (looksAtOthers(plan) && plan.origin === 'tick') {
    const open = await ledger.schedules.openJobsOf(schedule, scope);
    const others = open.filter(({ id }) => id !== jobId);
    // What this batch has started is not marked yet.
    if (before !== undefined) others.push({ id: before.jobId, generation: 1 });
    if (definition.overlap === 'skip' && others.length > 0) {
      const isSkipped = await ledger.schedules.markSkipped(schedule, plan, 'overlap');
      if (isSkipped) events.timesDecided(schedule, { overlap: 1 });
      return false;
    }
    if (definition.overlap === 'replace') {
      await Promise.all(others.map(({ id, generation }) => plans.end(id, generation)));
    }
  }
  const computed = definition.computesInput ? await compute(plans, plan) : {};
  const request = planRequest(definition, { ...plan, ...computed });
  await plans.start(jobId, request, definition.given, plan.waitMs);
  return true;
}

async function compute(plans: PlanRuns, { schedule, scope, time }: UnstartedPlan) {
  const computed = await plans.inputOf({ schedule, scope, time: new Date(time) });
  if (computed !== undefined) return computed;
  throw new HoldfastError(
    'handler_file_failed',
    `the input of schedule ${schedule} is computed in code that this orchestrator does not have`,
    { hint: 'give orchestrators the file by --jobs' },
  );
}

/** Nothing can be started: that is waited for. */
function isAway(error: unknown): boolean {
  return error instanceof HoldfastError && AWAY.includes(error.code);
}

const AWAY: readonly string[] = ['temporal_unavailable', 'ledger_unavailable'];

/** Code that computes an input may fail now and then, and another orchestrator may have it. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof HoldfastError)) return true;
  return error.retryable || error.code === 'handler_file_failed';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
