import type { Context } from '@temporalio/activity';
import type { AttemptBeat } from '../../domain/activities.ts';

/** The longest time between two heartbeats of an attempt. */
const LONGEST_PERIOD_MS = 1_000;

/**
 * Heartbeats on a timer until the returned function is called, whatever the handler does.
 * The first one comes after a whole period, so that short attempts cost the server no write.
 */
export function startHeartbeat(context: Context, beat: () => AttemptBeat): () => void {
  // 0 or nothing: the activity has no heartbeat timeout.
  const timeoutMs = context.info.heartbeatTimeoutMs || Infinity;
  const timer = setInterval(
    () => context.heartbeat(beat()),
    Math.min(LONGEST_PERIOD_MS, timeoutMs / 3),
  );
  return () => clearInterval(timer);
}
