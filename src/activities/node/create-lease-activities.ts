import { Context } from '@temporalio/activity';
import type { LeaseActivities } from '../../domain/activities.ts';
import type { LeaseBeat, NodeModeChange } from '../../domain/node.ts';
import type { NodeLease } from './node-lease.ts';

/** What {@link createLeaseActivities} works with. */
export interface LeaseActivityDeps {
  readonly lease: Pick<NodeLease, 'hold'>;
  /** Another process has taken the node's name. */
  readonly onSuperseded: () => void;
  /** A mode that came with the lease, or that was set while it was held. */
  readonly setMode: (mode: NodeModeChange, from: 'lease' | 'order') => void;
  /** What the node runs now. */
  readonly describe: () => LeaseBeat;
}

/** What a node does for its own workflow. */
export function createLeaseActivities({
  lease,
  onSuperseded,
  setMode,
  describe,
}: LeaseActivityDeps): LeaseActivities {
  return {
    holdLease: ({ mode, isSuperseded }) => {
      if (isSuperseded === true) {
        onSuperseded();
        return Promise.resolve({ handedBack: [] });
      }
      const context = Context.current();
      return lease.hold({
        taskToken: context.info.taskToken,
        heartbeat: (beat) => context.heartbeat(beat),
        held: () => setMode(mode, 'lease'),
        signal: context.cancellationSignal,
      });
    },
    applyMode: (mode) => {
      setMode(mode, 'order');
      return Promise.resolve(describe());
    },
  };
}
