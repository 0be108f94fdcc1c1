import type { Connections } from '../../client/connections.ts';
import { startInSession } from '../../client/start-in-session.ts';
import { wasStartedBy } from '../../client/was-started-by.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { isRefusedForGood } from '../../domain/temporal-error.ts';
import type { ClaimedRow } from '../../ledger/outbox-claims.ts';
import type { Definitions, OutboxRequest } from './outbox-request.ts';
import { outboxRequest } from './outbox-request.ts';

/** What became of a row. `trouble`: it is to be tried again. */
export type RowOutcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'dead'; readonly code: string; readonly message: string }
  | { readonly kind: 'trouble'; readonly error: HoldfastError };

/** A server that is frozen answers nothing, ever. */
const START_WITHIN_MS = 10_000;

/** Starts the job of a row as a submit does. A repetition of it changes nothing. Never rejects. */
export async function startRow(
  connections: Connections,
  definitions: Definitions,
  row: ClaimedRow,
): Promise<RowOutcome> {
  try {
    await start(connections, row, await outboxRequest(row, definitions));
    return { kind: 'started' };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** True for a row whose start may wait for the end of another job. */
export function mayWait({ options }: ClaimedRow): boolean {
  return options['dedupe'] === 'replace';
}

async function start(
  connections: Connections,
  { id, seq, tries }: ClaimedRow,
  { request, dedupe, given }: OutboxRequest,
): Promise<void> {
  const submission = `outbox/${seq}`;
  const isRepeatable = dedupe === undefined || dedupe === 'attach';
  // A relay may have crashed between the start and the word of it.
  if (!isRepeatable && tries > 1 && (await wasStartedBy(connections, id, submission))) return;
  const starting = () => startInSession(connections, id, request, { dedupe, submission, given });
  if (dedupe === 'replace') await starting();
  else await connections.client.withDeadline(Date.now() + START_WITHIN_MS, starting);
}

/** What Temporal or the ledger refuse for this row alone would be refused for ever. */
function outcomeOf(thrown: unknown): RowOutcome {
  const error =
    thrown instanceof HoldfastError
      ? thrown
      : new HoldfastError('internal', String(thrown), { cause: thrown });
  const { code, message } = error;
  if (isRefusedForGood(error)) return { kind: 'dead', code: 'invalid_input', message };
  return error.retryable ? { kind: 'trouble', error } : { kind: 'dead', code, message };
}
