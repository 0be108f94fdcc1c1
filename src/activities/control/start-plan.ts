import { HoldfastError } from '../../domain/errors.ts';
import type { JobRequest } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import type { KindOption } from '../../domain/kind-override.ts';
import { planRequest } from '../../domain/plan-request.ts';
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
  /**
   * The input of a run as its definition in code computes it; undefined without that definition.
   *
   * @throws whatever the code throws, or HoldfastError `handler_file_failed` when it takes too long
   */
  inputOf(plan: {
    readonly schedule: string;
    readonly scope: string;
    readonly time: Date;
  }): Promise<{ readonly input: Json } | undefined>;
}

/** What the start of plans works with. */
export interface StartDeps {
  readonly ledger: Pick<Ledger, 'schedules'>;
  readonly plans: PlanRuns;
  readonly events: Pick<ControlEvents, 'planStarted' | 'timesDecided' | 'planNotStarted'>;
}

/** What the runs of its scope do decides whether and how it starts. */
export function looksAtOthers({ definition: { overlap } }: UnstartedPlan): boolean {
  return overlap === 'skip' || overlap === 'replace';
}

/**
 * Starts the job of a plan. Answers false for one that is skipped.
 *
 * @param before the one of its scope that was started last and is not marked yet
 */
export async function startPlan(
  { ledger, plans, events }: StartDeps,
  plan: UnstartedPlan,
  before: UnstartedPlan | undefined,
): Promise<boolean> {
  const { schedule, scope, definition, jobId } = plan;
  // Whoever asks for a run by hand has seen what else runs.
  if (looksAtOthers(plan) && plan.origin === 'tick') {
    const open = await ledger.schedules.openJobsOf(schedule, scope);
    const others = open.filter(({ id }) => id !== jobId);
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
