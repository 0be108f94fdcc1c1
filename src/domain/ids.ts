/** The workflow id of a job: `job/<id>`, and for later generations an injective suffix. */
export function jobWorkflowId(jobId: string, generation = 1): string {
  return generation === 1 ? `job/${jobId}` : `job#${generation}/${jobId}`;
}

/** The job id and generation in a workflow id, or undefined when it is not a job's. */
export function parseJobWorkflowId(
  workflowId: string,
): { jobId: string; generation: number } | undefined {
  const match = /^job(?:#([2-9]|[1-9]\d{1,8}))?\/(.+)$/su.exec(workflowId);
  if (match?.[2] === undefined) return undefined;
  return { jobId: match[2], generation: match[1] === undefined ? 1 : Number(match[1]) };
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
