import type { AttemptOutcome } from './attempt.ts';

/** Why a run of a schedule did not succeed. */
export type PlanCode =
  'run_timeout' | 'canceled' | 'lease_lost' | 'handler_panic' | 'handler_error' | 'stale_timeout';

/**
 * What the record of schedules calls the end of an attempt; undefined when it succeeded or never began.
 *
 * @param mayReenter a run that was lost is run again; otherwise its loss is the end of it
 */
export function planCode(outcome: AttemptOutcome, mayReenter: boolean): PlanCode | undefined {
  switch (outcome.kind) {
    case 'failed':
      // Only what is no error has no name.
      return outcome.error.code === 'job_failed' && outcome.error.name === undefined
        ? 'handler_panic'
        : 'handler_error';
    case 'cancelled':
      return 'canceled';
    case 'lost':
      return codeOfLoss(outcome, mayReenter);
    case 'handed_back':
      return 'lease_lost';
    case 'succeeded':
    case 'refused':
    case 'not_taken':
      return undefined;
  }
}

function codeOfLoss(
  { reason }: Extract<AttemptOutcome, { kind: 'lost' }>,
  mayReenter: boolean,
): PlanCode {
  switch (reason) {
    case 'attempt_timeout':
      return 'run_timeout';
    case 'thread_died':
      return 'handler_panic';
    case 'heartbeat_timeout':
    case 'node_lost':
    case 'node_fenced':
      return mayReenter ? 'lease_lost' : 'stale_timeout';
  }
}

/**
 * The end of an attempt of a schedule's run. One that ran over its time, or whose handler killed its
 * thread, has failed like one that threw: the retries of the plan hold for it, not those of a lost node.
 */
export function asPlanOutcome(outcome: AttemptOutcome): AttemptOutcome {
  const isOwnFault =
    outcome.kind === 'lost' &&
    (outcome.reason === 'attempt_timeout' || outcome.reason === 'thread_died');
  return isOwnFault ? { ...outcome, isFailure: true } : outcome;
}
