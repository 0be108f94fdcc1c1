import type { PlanRuns } from '../../activities/control/tick-start.ts';
import type { Connections } from '../../client/connections.ts';
import { requestEnd } from '../../client/request-end.ts';
import { startJob } from '../../client/start-job.ts';
import type { DeclaredSchedules } from '../../handlers/load-handlers.ts';
import { Lanes } from './lanes.ts';

/** In all ticks together: a hundred at once with more each would only wait for one another in the server. */
const STARTS_AT_ONCE = 64;

/** How ticks start and end the jobs of plans: as any client does. */
export function planRuns(connections: Connections, declared: DeclaredSchedules): PlanRuns {
  const lanes = new Lanes(STARTS_AT_ONCE);
  return {
    start: async (id, request, given, delayMs) => {
      // The server refuses a delay that is negative, as that of a plan is which is late.
      const delay = delayMs > 0 ? { startDelayMs: Math.ceil(delayMs) } : {};
      await lanes.run(() => startJob(connections, id, request, { ...delay, given }));
    },
    end: async (id, generation) => {
      await requestEnd(connections, id, generation);
    },
    inputOf: async ({ schedule, scope, time }) => {
      const compute = declared.get(schedule)?.computeInput;
      return compute === undefined ? undefined : { input: await compute({ scope, time }) };
    },
  };
}
