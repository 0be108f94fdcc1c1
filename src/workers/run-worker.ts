import type { Worker, WorkerStatus } from '@temporalio/worker';
import type { Logger } from 'pino';

const LOOK_EVERY_MS = 500;

/**
 * How long a worker that was shut down and runs nothing is waited for. While Temporal is away, its
 * open poll does not end and its last answers may still get through.
 */
const QUIET_MS = 10_000;

/**
 * Runs a worker to its end, or until it is only Temporal's absence that keeps it from ending.
 *
 * @param quietMs how long it may take to end when it was shut down and runs nothing
 * @throws what the worker threw
 */
export async function runWorker(worker: Worker, log: Logger, quietMs = QUIET_MS): Promise<void> {
  const running = worker.run();
  let quietSince = Infinity;
  let timer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      const status = worker.getStatus();
      const isQuiet = status.runState !== 'RUNNING' && inFlight(status) === 0;
      quietSince = isQuiet ? Math.min(quietSince, performance.now()) : Infinity;
      if (performance.now() - quietSince < quietMs) return;
      log.warn({ state: status.runState }, 'worker.poll_abandoned');
      // It fails once its time to stop is over, when nobody waits for it any more.
      running.catch(() => undefined);
      resolve();
    }, LOOK_EVERY_MS);
  });
  await Promise.race([running, abandoned]).finally(() => clearInterval(timer));
}

function inFlight(status: WorkerStatus): number {
  const { numInFlightActivities, numInFlightLocalActivities } = status;
  const { numInFlightWorkflowActivations } = status;
  return numInFlightActivities + numInFlightLocalActivities + numInFlightWorkflowActivations;
}
