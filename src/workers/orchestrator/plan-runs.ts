import type { PlanRuns } from '../../activities/control/start-plan.ts';
import type { Connections } from '../../client/connections.ts';
import { requestEnd } from '../../client/request-end.ts';
import { startJob } from '../../client/start-job.ts';
import type { DeclaredSchedules } from '../../handlers/load-handlers.ts';

/** How ticks start and end the jobs of plans: as any client does. */
export function planRuns(connections: Connections, declared: DeclaredSchedules): PlanRuns {
  return {
    start: async (id, request, given, delayMs) => {
      // The server refuses a delay that is negative, as that of a plan is which is late.
      const delay = delayMs > 0 ? { startDelayMs: Math.ceil(delayMs) } : {};
      await startJob(connections, id, request, { ...delay, given });
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
