import type { NodeLog } from '../../activities/node/node-log.ts';
import type { RunningAttempt, RunningAttempts } from '../../activities/node/running-attempts.ts';

/** What {@link fence} and {@link dropGone} work with. */
export interface FencingDeps {
  readonly node: string;
  readonly running: RunningAttempts;
  readonly log: NodeLog;
}

/** Stops every attempt: others may hold the node for lost, and run them elsewhere. */
export function fence({ node, running, log }: FencingDeps, why: string): void {
  const attempts = running.haltAll('node_fenced');
  log.warn({ node, why, attempts }, 'node.fenced');
}

/**
 * Stops the attempts that the server does not hold for ours any more, when the lease is gone though
 * it should be fresh: its workflow was ended, its time is over, or this machine's clock stood still.
 */
export async function dropGone({ running }: Pick<FencingDeps, 'running'>): Promise<void> {
  await Promise.all(running.all().map(dropIfGone));
}

async function dropIfGone(attempt: RunningAttempt): Promise<void> {
  // No answer says nothing: the lease runs out soon by the node's own clock.
  const answer = await attempt.beat().catch(() => undefined);
  if (answer === 'gone') attempt.halt('node_fenced');
}
