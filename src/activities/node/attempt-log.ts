import type { Dispatch } from '../../domain/activities.ts';
import type { PlanRun } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import { executionId } from '../../domain/plan-execution.ts';
import type { AttemptVerdict } from './attempt-verdict.ts';
import type { HandlerEvents } from './handler-executor.ts';
import type { NodeLog } from './node-log.ts';

/** The most bytes of JSON that a handler's progress may have; a heartbeat must stay small. */
const PROGRESS_LIMIT_BYTES = 16_384;

/** What a handler has said of its work so far. */
export interface SaidByHandler {
  progress?: Json;
  rowsAffected?: number;
}

/** What a run says while it goes on, for the log and for the heartbeats. */
export function handlerEvents(
  log: NodeLog,
  ids: object,
  said: SaidByHandler,
  dispatch: Dispatch,
): HandlerEvents {
  let hasWarned = false;
  return {
    started: () => {
      log.info(ids, 'attempt.started');
      if (dispatch.plan !== undefined) logClaim(log, ids, dispatch, dispatch.plan);
    },
    rowsAffected: (count) => {
      said.rowsAffected = count;
    },
    // Ours come last: a handler's field named `job` must not hide which job it was.
    log: (level, message, fields) => log[level]({ ...fields, ...ids }, message),
    progress: (json) => {
      const bytes = Buffer.byteLength(json);
      if (bytes <= PROGRESS_LIMIT_BYTES) {
        said.progress = JSON.parse(json) as Json;
      } else if (!hasWarned) {
        hasWarned = true;
        log.warn({ ...ids, bytes, limitBytes: PROGRESS_LIMIT_BYTES }, 'attempt.progress_dropped');
      }
    },
  };
}

function logClaim(log: NodeLog, ids: object, dispatch: Dispatch, plan: PlanRun): void {
  const { schedule, scope, time } = plan;
  const attempt = { attempt: dispatch.epoch, executionId: executionId(dispatch) };
  log.info({ ...ids, schedule, scope, time, ...attempt }, 'plan.claimed');
}

/** The line of an attempt that has ended. */
export function logEnd(log: NodeLog, ids: object, verdict: AttemptVerdict, tookMs: number): void {
  const { outcome } = verdict;
  const why = outcome === 'succeeded' ? {} : { reason: verdict.reason.slice(0, 1_000) };
  const stack = outcome === 'failed' ? { stack: verdict.failure.stack } : {};
  log.info({ ...ids, outcome, ...why, tookMs: Math.round(tookMs), ...stack }, 'attempt.ended');
}

/** The fields by which lines of the log name an attempt. */
export function attemptIds(
  { job, generation, epoch, kind, session }: Dispatch,
  node: string,
): object {
  return { job, generation, epoch, kind, node, ...(session === undefined ? {} : { session }) };
}
