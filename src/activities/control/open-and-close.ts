import { getClient } from '@temporalio/activity';
import type { CloseJob, ClosedJob, OpenedJob, OpenJob } from '../../domain/activities.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { ArrivedResult } from '../../domain/late-result.ts';
import type { Judgement } from '../../domain/verdict.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Release } from '../../ledger/release-session.ts';
import type { ControlEvents } from './control-events.ts';
import { isRunOver } from './is-run-over.ts';
import { tellGranted } from './ask-grant.ts';
import { tellTurn } from './tell-turn.ts';
import { tellNextWaiting } from './tell-waiting.ts';

/** Opens a job. One that another run holds is taken over only when that run is over. */
export async function openInLedger(
  ledger: Ledger,
  events: ControlEvents,
  open: OpenJob,
): Promise<OpenedJob> {
  const opening = await ledger.openJob(open);
  if (opening.kind !== 'held') {
    const { skipped, turn, ...opened } = opening;
    await tellOfRelease(events, open.spec.id, { skipped, turn });
    return opened;
  }
  if (!(await isRunOver(getClient(), opening))) {
    const message = `job ${open.spec.id} is open in run ${opening.runId}, which still runs`;
    throw new HoldfastError('internal', message);
  }
  await ledger.takeOverJob(open, opening.runId);
  // Whoever has it now: that is answered by opening it once more.
  return openInLedger(ledger, events, open);
}

/**
 * Closes a job, and tells who waits for the slot of its node, for its slot of a session, or got what
 * it held.
 */
export async function closeInLedger(
  ledger: Ledger,
  events: ControlEvents,
  close: CloseJob,
): Promise<ClosedJob> {
  const { closed, granted, ...released } = await ledger.closeJob(close);
  if (closed.kind === 'own') events.jobClosed(close);
  await tellGranted(granted);
  await tellOfRelease(events, close.jobId, released);
  if (close.wasPlaced === true && close.pool !== undefined) {
    await tellNextWaiting(ledger, close.pool);
  }
  return closed;
}

/** Puts a result on record that its job did not end with. One that is refused is no error. */
export async function judgeInLedger(
  ledger: Ledger,
  events: ControlEvents,
  arrival: ArrivedResult,
): Promise<Judgement> {
  const { judgement, isKnown, ...released } = await ledger.judgeResult(arrival);
  if (isKnown !== true) events.resultJudged(arrival, judgement);
  await tellOfRelease(events, arrival.late.job, released);
  return judgement;
}

async function tellOfRelease(
  events: ControlEvents,
  job: string,
  { skipped, turn }: { [Field in keyof Release]: Release[Field] | undefined },
): Promise<void> {
  if (skipped !== undefined) events.indexesSkipped({ job }, skipped);
  if (turn !== undefined) await tellTurn(getClient(), turn);
}
