import { ApplicationFailure, getClient } from '@temporalio/activity';
import type {
  CloseJob,
  ClosedJob,
  ControlActivities,
  OpenedJob,
  OpenJob,
} from '../../domain/activities.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ControlEvents } from './control-events.ts';
import { findAttempt } from './find-attempt.ts';
import { isRunOver } from './is-run-over.ts';

/** What an orchestrator does for workflows, over one ledger. */
export function createControlActivities(ledger: Ledger, events: ControlEvents): ControlActivities {
  return {
    openJob: asActivity(timed('openJob', events, (open) => openInLedger(ledger, open))),
    closeJob: asActivity(
      timed('closeJob', events, (close) => closeInLedger(ledger, events, close)),
    ),
    findAttempt: asActivity(findAttempt),
  };
}

async function closeInLedger(
  ledger: Ledger,
  events: ControlEvents,
  close: CloseJob,
): Promise<ClosedJob> {
  const closed = await ledger.closeJob(close);
  if (closed.kind === 'own') events.jobClosed(close);
  return closed;
}

function timed<Argument, Result>(
  call: string,
  events: ControlEvents,
  work: (argument: Argument) => Promise<Result>,
): (argument: Argument) => Promise<Result> {
  return async (argument) => {
    const startedAt = performance.now();
    const ended = (outcome: string) =>
      events.ledgerCalled(call, outcome, performance.now() - startedAt);
    try {
      const result = await work(argument);
      ended('ok');
      return result;
    } catch (error) {
      ended(error instanceof HoldfastError ? error.code : 'internal');
      throw error;
    }
  };
}

/** A job that another run holds is taken over only when that run is over. */
async function openInLedger(ledger: Ledger, open: OpenJob): Promise<OpenedJob> {
  const opening = await ledger.openJob(open);
  if (opening.kind !== 'held') return opening;
  if (!(await isRunOver(getClient(), opening))) {
    const message = `job ${open.spec.id} is open in run ${opening.runId}, which still runs`;
    throw new HoldfastError('internal', message);
  }
  const isOurs = await ledger.takeOverJob(open, opening.runId);
  return isOurs ? { kind: 'opened' } : openInLedger(ledger, open);
}

/** Errors of the table keep their code over the wire, and only the retryable ones are retried. */
function asActivity<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await work(...args);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      throw ApplicationFailure.create({
        type: error.code,
        message: error.message,
        nonRetryable: !error.retryable,
        cause: error,
      });
    }
  };
}
