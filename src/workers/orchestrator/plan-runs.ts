import type { PlanRuns } from '../../activities/control/start-plan.ts';
import type { Connections } from '../../client/connections.ts';
import { checkPayload } from '../../client/job-request.ts';
import { requestEnd } from '../../client/request-end.ts';
import { startJob } from '../../client/start-job.ts';
import { TooSlow, within } from '../../client/within.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { DeclaredSchedules } from '../../handlers/load-handlers.ts';
import { Lanes } from './lanes.ts';

/** In all ticks together: a hundred at once with more each would only wait for one another in the server. */
const STARTS_AT_ONCE = 64;

/** How long code may take to compute an input: all that its tick starts together waits for it. */
const INPUT_MS = 30_000;

/**
 * How ticks start and end the jobs of plans: as any client does.
 *
 * @param inputMs how long code may take to compute an input
 */
export function planRuns(
  connections: Connections,
  declared: DeclaredSchedules,
  inputMs: number = INPUT_MS,
): PlanRuns {
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
      if (compute === undefined) return undefined;
      const computing = Promise.resolve(compute({ scope, time }));
      const input = await within(inputMs, computing).catch((error: unknown) => {
        throw error instanceof TooSlow ? tooSlow(schedule, inputMs) : itsOwn(error);
      });
      return { input: checkPayload(`schedule ${schedule}`, input) };
    },
  };
}

/** What the code met elsewhere, such as another ledger that is away, says nothing of ours. */
function itsOwn(error: unknown): unknown {
  return error instanceof HoldfastError ? new Error(error.message, { cause: error }) : error;
}

function tooSlow(schedule: string, inputMs: number): HoldfastError {
  return new HoldfastError(
    'handler_file_failed',
    `the code that computes the input of schedule ${schedule} took longer than ${inputMs / 1000} s`,
    { hint: 'let it give up earlier, or let the handler do what takes so long' },
  );
}
