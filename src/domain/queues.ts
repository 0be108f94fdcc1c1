/** The task queue on which orchestrators run workflows and control activities. */
export const ORCHESTRATOR_QUEUE = 'orchestrator';

/** The task queue that all nodes of a pool poll. */
export function poolQueue(pool: string): string {
  return `pool/${pool}`;
}
