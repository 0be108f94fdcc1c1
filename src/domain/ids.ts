import { PLAN_PREFIX } from './plan-id.ts';

/**
 * The workflow id of a job: `job/<id>`, and for later generations an injective suffix. A run of a
 * schedule has an id that says what it is: that is its workflow id, too.
 */
export function jobWorkflowId(jobId: string, generation = 1): string {
  const suffix = generation === 1 ? '' : `#${generation}`;
  if (isPlanId(jobId)) return `plan${suffix}/${jobId.slice(PLAN_PREFIX.length)}`;
  return `job${suffix}/${jobId}`;
}

/** The job id and generation in a workflow id, or undefined when it is not a job's. */
export function parseJobWorkflowId(
  workflowId: string,
): { jobId: string; generation: number } | undefined {
  const match = /^(job|plan)(?:#([2-9]|[1-9]\d{1,8}))?\/(.+)$/su.exec(workflowId);
  const [, kind, suffix, rest] = match ?? [];
  if (rest === undefined) return undefined;
  // Nothing but `plan/…` is the workflow of such an id.
  if (kind === 'job' && isPlanId(rest)) return undefined;
  return {
    jobId: kind === 'plan' ? `${PLAN_PREFIX}${rest}` : rest,
    generation: suffix === undefined ? 1 : Number(suffix),
  };
}

function isPlanId(jobId: string): boolean {
  return jobId.startsWith(PLAN_PREFIX) && jobId.length > PLAN_PREFIX.length;
}

/** The workflow id of a node. */
export function nodeWorkflowId(name: string): string {
  return `node/${name}`;
}

/** The id of the job that a job of placement `each` starts on a node. */
export function jobIdOnNode(jobId: string, node: string): string {
  return `${jobId}@${node}`;
}

/** The workflow id under which the late results of an attempt are judged when its job is closed. */
export function lateWorkflowId(jobWorkflow: string, epoch: number): string {
  return `late/${jobWorkflow}/${epoch}`;
}

/** The activity id of one attempt inside its job's workflow. */
export function attemptActivityId(epoch: number): string {
  return `attempt/${epoch}`;
}

/** The workflow id of the tick of a schedule. */
export function tickWorkflowId(schedule: string): string {
  return `tick/${schedule}`;
}

/** The id of the Temporal Schedule that wakes a schedule. */
export function alarmId(schedule: string): string {
  return `schedule/${schedule}`;
}
