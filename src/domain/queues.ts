/** The task queue on which orchestrators run workflows and control activities. */
export const ORCHESTRATOR_QUEUE = 'orchestrator';

/** The task queue of one incarnation of a node: attempts that were placed on it. */
export function nodeQueue(name: string, incarnation: string): string {
  return `node/${name}/${incarnation}`;
}

/** The queue of a node's lease and of what it is told; it takes no job's slot. */
export function leaseQueue(name: string, incarnation: string): string {
  return `lease/${name}/${incarnation}`;
}

/** The task queue that all nodes of a pool poll. */
export function poolQueue(pool: string): string {
  return `pool/${pool}`;
}

/** The pool whose queue it is. */
export function poolOfQueue(queue: string): string {
  return queue.replace(/^pool\//, '');
}
