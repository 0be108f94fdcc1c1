import type { Logger } from 'pino';
import type { Connections } from '../../client/connections.ts';
import { sweepBatch } from '../../client/sweep/sweep-batch.ts';
import { sweepContext } from '../../client/sweep/sweep-part.ts';
import type { SweepActivities } from '../../domain/activities.ts';
import type { RetentionPolicy } from '../../domain/retention.ts';
import type { SweepRequest, SweptBatch } from '../../domain/sweep.ts';
import { Alerts } from '../alerts.ts';
import type { Metrics } from '../metrics.ts';

/** What an orchestrator sweeps with. */
export interface SweepDeps {
  readonly connections: Connections;
  readonly retention: Pick<RetentionPolicy, 'fencesMs'>;
  /** More recoveries than this in one sweep are an alert. */
  readonly alarmAbove: number;
  readonly metrics: Pick<Metrics, 'recovered' | 'alert'>;
  readonly log: Logger;
}

/** How long the alert stays raised after the last batch that was one too many. */
const ALERT_MS = 10 * 60_000;

/** What an orchestrator does for the workflow of a sweep. */
export function createSweepActivities(deps: SweepDeps): SweepActivities {
  const { connections, retention, alarmAbove, metrics, log } = deps;
  const context = sweepContext(connections, retention);
  const alerts = new Alerts(log, metrics);
  return {
    async sweepBatch(request: SweepRequest): Promise<SweptBatch> {
      const batch = await sweepBatch(context, request);
      const { recoveries, troubles = [] } = batch;
      for (const trouble of troubles) log.warn(trouble, 'sweep.not_repaired');
      for (const recovery of recoveries) log.warn(recovery, 'sweep.recovered');
      if (recoveries.length === 0) return batch;
      metrics.recovered(request.strategy, recoveries.length);
      const recovered = (request.recoveredBefore ?? 0) + recoveries.length;
      if (recovered > alarmAbove) alerts.raiseFor('sweep_recovered', ALERT_MS, { recovered });
      return batch;
    },
  };
}
