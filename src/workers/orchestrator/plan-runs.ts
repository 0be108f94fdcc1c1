import type { PlanRuns } from '../../activities/control/tick-start.ts';
import type { Connections } from '../../client/connections.ts';
import { requestEnd } from '../../client/request-end.ts';
import { startJob } from '../../client/start-job.ts';
import type { Json } from '../../domain/json.ts';

/** What computes the input of a schedule's runs, by the name of the schedule. */
export type PlanInputs = ReadonlyMap<
  string,
  (run: { readonly scope: string; readonly time: Date }) => Json | Promise<Json>
>;

/** How ticks start and end the jobs of plans: as any client does. */
export function planRuns(connections: Connections, inputs: PlanInputs): PlanRuns {
  return {
    start: async (id, request, delayMs) => {
      await startJob(connections, id, request, { delayMs });
    },
    end: async (id, generation) => {
      await requestEnd(connections, id, generation);
    },
    inputOf: async ({ schedule, scope, time }) => {
      const compute = inputs.get(schedule);
      return compute === undefined ? undefined : { input: await compute({ scope, time }) };
    },
  };
}
