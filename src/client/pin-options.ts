import { checkObject } from '../domain/check.ts';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { invalid } from '../domain/errors.ts';
import type { JobRequest, Pin, Placement } from '../domain/job.ts';

/** The node that a job is to run on. */
export interface PinOptions {
  readonly node: string;
  /**
   * What becomes of the job while the node is offline, cordoned or draining: `wait` for it,
   * `fallback` to the other nodes of the pool, or `fail` with `node_offline`. @default 'wait'
   */
  readonly onOffline?: Pin['onOffline'];
  /** How long to wait before `fallback` or `fail`. @default 0 */
  readonly after?: Duration;
}

/**
 * A pin as it goes to the workflow, in milliseconds.
 *
 * @param at names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function pinRequest(
  given: PinOptions | null | undefined,
  placement: Placement | undefined,
  at: string,
): Pick<JobRequest, 'pin'> {
  const pin = checkObject(given, at);
  if (pin === undefined) return {};
  if (placement === 'each') {
    const hint = 'a job of placement each runs on every node of its pool; leave out one of the two';
    throw invalid(at, 'no pin beside placement "each"', pin, hint);
  }
  const { node, onOffline, after } = pin;
  if (after !== undefined && (onOffline ?? 'wait') === 'wait') {
    const hint = "say what happens then: onOffline: 'fallback' or 'fail'";
    throw invalid(`${at}.after`, 'nothing where the job waits for its node', after, hint);
  }
  return {
    pin: {
      node,
      ...(onOffline === undefined ? {} : { onOffline }),
      ...(after === undefined ? {} : { afterMs: parseDuration(after, `${at}.after`) }),
    },
  };
}
