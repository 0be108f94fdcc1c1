import type { Dispatch } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import { handedBack, refused } from './attempt-failure.ts';
import type { AttemptGate } from './attempt-gate.ts';
import { attemptIds } from './attempt-log.ts';
import type { NodeLog } from './node-log.ts';

/** What {@link refuse} works with. */
export interface RefusalDeps {
  /** The name of the node. */
  readonly node: string;
  readonly pool: string;
  /** The kinds that the node can run. */
  readonly kinds: readonly string[];
  readonly log: NodeLog;
  readonly gate: AttemptGate;
}

/**
 * Refuses an attempt that this node will not run at all.
 *
 * @throws ApplicationFailure `handed_back` or `kind_refused`
 */
export function refuse({ node, pool, kinds, log, gate }: RefusalDeps, dispatch: Dispatch): void {
  const nowhere: AttemptPlace = { node, startedAt: undefined };
  const ids = attemptIds(dispatch, node);
  const why = gate.whyClosed();
  if (why !== undefined) {
    log.info({ ...ids, why }, 'attempt.handed_back');
    throw handedBack(nowhere, why);
  }
  if (!kinds.includes(dispatch.kind)) {
    log.info(ids, 'attempt.refused');
    const ours = `it runs: ${kinds.join(', ')}`;
    throw refused(
      nowhere,
      `node ${node} of pool ${pool} does not run kind "${dispatch.kind}"; ${ours}`,
    );
  }
}
