import type { Duration } from '../domain/duration.ts';
import { checkObject } from '../domain/check.ts';
import type { JobRequest, PendingPolicy, Placement } from '../domain/job.ts';
import type { Labels } from '../domain/labels.ts';
import { parseLimit } from './attempt-options.ts';

/** When a job has waited too long for a node. */
export interface PendingOptions {
  /** An alert is raised. @default '5m' */
  readonly alarmAfter?: Duration;
  /** The job fails with `pending_timeout`. @default never */
  readonly failAfter?: Duration;
  /** A dispatch that no node has taken is placed again, unless the job is pinned. @default '5m' */
  readonly reassignAfter?: Duration;
}

/** Which nodes of its pool may run a job. */
export interface PlacementOptions {
  /** Labels that the node must have, such as `{ gpu: 'a100' }`; it waits for one that has. @default {} */
  readonly labels?: Labels;
  /** Labels that the node had better have: the one with the most of them comes first. @default {} */
  readonly preferLabels?: Labels;
  /**
   * `any`: it runs once. `each`: it runs once on every node of the pool that is online when it
   * starts, and its result is an `EachResult`. @default 'any'
   */
  readonly placement?: Placement;
  readonly pending?: PendingOptions;
}

/** {@link PlacementOptions} as they go to the workflow, in milliseconds. */
export type PlacementRequest = Pick<
  JobRequest,
  'labels' | 'preferLabels' | 'placement' | 'pending'
>;

/**
 * The options as they go to the workflow.
 *
 * @param at names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function placementRequest(
  { labels, preferLabels, placement, pending }: PlacementOptions,
  at: string,
): PlacementRequest {
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(preferLabels === undefined ? {} : { preferLabels }),
    ...(placement === undefined ? {} : { placement }),
    ...(pending === undefined ? {} : { pending: pendingRequest(pending, `${at}.pending`) }),
  };
}

function pendingRequest(pending: PendingOptions, at: string): Partial<PendingPolicy> {
  const { alarmAfter, failAfter, reassignAfter } = checkObject(pending, at) ?? {};
  return {
    ...(alarmAfter === undefined
      ? {}
      : { alarmAfterMs: parseLimit(alarmAfter, `${at}.alarmAfter`) }),
    ...(failAfter === undefined ? {} : { failAfterMs: parseLimit(failAfter, `${at}.failAfter`) }),
    ...(reassignAfter === undefined
      ? {}
      : { reassignAfterMs: parseLimit(reassignAfter, `${at}.reassignAfter`) }),
  };
}
