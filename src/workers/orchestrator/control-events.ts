import type { Logger } from 'pino';
import type { ControlEvents } from '../../activities/control/control-events.ts';
import { failoversOf } from '../../domain/attempt.ts';
import { Alerts } from '../alerts.ts';
import type { Metrics } from '../metrics.ts';
import { LATE_MS } from './watch-schedules.ts';

/** Jobs that wait look again at least this often, so their alert holds as long as they wait. */
const PENDING_ALERT_MS = 120_000;

/** Control events as log lines, metrics and alerts of this process. */
export function controlEvents(log: Logger, metrics: Metrics): ControlEvents {
  const alerts = new Alerts(log, metrics);
  return {
    jobClosed: ({ jobId, jobKind: kind, generation, outcome, attempts }) => {
      const { state } = outcome;
      const ids = { job: jobId, generation, kind, epoch: attempts.at(-1)?.epoch, state };
      log.info(state === 'succeeded' ? ids : { ...ids, code: outcome.error.code }, 'job.closed');
      metrics.jobClosed({ kind, state }, failoversOf(attempts));
      if (state === 'succeeded') metrics.resultJudged('accepted', false);
    },
    resultJudged: ({ late: { job, generation, epoch, node } }, judgement) => {
      const ids = { job, generation, epoch, node };
      if (judgement.kind === 'refused') {
        log.warn({ ...ids, why: judgement.why }, 'result.refused');
        metrics.resultRefused(judgement.why);
        return;
      }
      const { verdict, isAfterCleanup } = judgement;
      log.info({ ...ids, verdict }, isAfterCleanup ? 'result.late_after_cleanup' : 'result.judged');
      metrics.resultJudged(verdict, isAfterCleanup);
    },
    indexesSkipped: (by, skipped) => {
      log.warn({ ...by, skipped }, 'session.skipped');
      metrics.indexesSkipped(skipped);
    },
    ledgerCalled: (call, outcome, tookMs) => {
      metrics.ledgerCalled({ call, outcome }, tookMs);
      if (outcome === 'ledger_unavailable') alerts.raise(outcome, { call });
      else alerts.clear('ledger_unavailable');
    },
    jobPending: ({ job, generation, kind, pool }, waitedMs, placed) => {
      const why =
        placed.kind === 'wait'
          ? placed.why
          : placed.kind === 'node'
            ? `node ${placed.node} has not taken it`
            : `no node of pool ${pool} has taken it`;
      const fields = { job, generation, kind, pool, waitedMs, why };
      log.warn(fields, 'job.pending_too_long');
      alerts.raiseFor('job_pending', PENDING_ALERT_MS, fields);
    },
    poolPaused: ({ pool, until, why, lost }) => {
      const fields = { pool, until: new Date(until).toISOString(), why, lost };
      log.warn(fields, 'pool.paused');
      alerts.raiseFor('pool_paused', Math.max(1_000, until - Date.now()), fields);
    },
    ...scheduleEvents(log, metrics),
    nodeLeft: ({ name: node, incarnation, pool, why, running }, told) => {
      const fields = { node, incarnation, pool, why, running: running.length, told };
      log[why === 'lost' ? 'warn' : 'info'](fields, 'node.left');
    },
  };
}

function scheduleEvents(
  log: Logger,
  metrics: Metrics,
): Pick<ControlEvents, 'timesDecided' | 'planStarted' | 'planNotStarted'> {
  return {
    timesDecided: (schedule, counts) => {
      const decided = Object.entries(counts).filter(([, count]) => count > 0);
      for (const [decision, count] of decided) metrics.timesDecided(schedule, decision, count);
      if (decided.length > 0) log.info({ schedule, ...counts }, 'schedule.decided');
    },
    planStarted: ({ schedule }, lateMs) => {
      if (lateMs > LATE_MS) metrics.planStartedLate(schedule);
    },
    planNotStarted: ({ schedule, jobId: job }, err) => {
      log.warn({ schedule, job, err }, 'plan.not_started');
    },
  };
}
