import { getClient } from '@temporalio/activity';
import type { LeftNode } from '../../domain/activities.ts';
import type { AttemptGone } from '../../domain/messages.ts';
import { ATTEMPT_GONE_SIGNAL } from '../../domain/messages.ts';
import type { HeldAttempt } from '../../domain/node.ts';
import type { StormPolicy } from '../../domain/storm.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ControlEvents } from './control-events.ts';
import { tellJobs } from './tell-jobs.ts';

/**
 * Tells the jobs of a node that left: those that its last beat named, and those that were placed on
 * it. The loss is counted first, so that a storm holds the very jobs that show it.
 *
 * @returns how many jobs were told
 */
export async function failOver(
  ledger: Ledger,
  events: ControlEvents,
  storm: StormPolicy,
  left: LeftNode,
): Promise<number> {
  const { name, incarnation, pool, why, at, running } = left;
  if (why === 'lost') {
    const pause = await ledger.recordLoss({ name, pool, incarnation, at }, storm);
    if (pause !== undefined) events.poolPaused(pause);
  }
  const placed = await ledger.held({ node: name, incarnation });
  const named = new Set(running.map(key));
  const unnamed = placed.filter((attempt) => !named.has(key(attempt)));
  const targets = [
    ...(why === 'recalled' ? [] : running.map((attempt) => ({ ...attempt, wasRunning: true }))),
    ...unnamed.map((attempt) => ({ ...attempt, wasRunning: false })),
  ];
  const told = await tellJobs(getClient(), targets, ATTEMPT_GONE_SIGNAL, (target) => {
    const { epoch, wasRunning } = target;
    const kind = why === 'recalled' ? why : 'lost';
    return [{ epoch, node: name, why: kind, wasRunning } satisfies AttemptGone];
  });
  events.nodeLeft(left, told);
  return told;
}

function key({ job, generation, epoch }: HeldAttempt): string {
  return JSON.stringify([job, generation, epoch]);
}
