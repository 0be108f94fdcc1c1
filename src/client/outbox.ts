import { checkChoice, checkName, checkObject, checkTexts } from '../domain/check.ts';
import { invalid } from '../domain/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { DeadFilter, OutboxCounts, OutboxRow } from '../ledger/outbox-rows.ts';

/** Which rows to list. */
export interface OutboxListOptions {
  /** @default both */
  readonly state?: OutboxRow['state'];
  readonly kind?: string;
  /** Rows at most, 1 to 1000. @default 50 */
  readonly limit?: number;
}

/** Which dead rows: those of these jobs, those of a kind, those of both; all with `{}`. */
export interface DeadOptions {
  readonly ids?: readonly string[];
  readonly kind?: string;
}

/**
 * Jobs that were enqueued and are not started yet. Each call also rejects with `invalid_input` or
 * `ledger_unavailable`.
 */
export interface OutboxClient {
  /** Rows by filter, in the order in which they were enqueued. */
  list(options?: OutboxListOptions): Promise<OutboxRow[]>;
  /** Makes dead rows due again, once what was wrong is mended; answers them. */
  retry(which: DeadOptions): Promise<OutboxRow[]>;
  /** Takes dead rows out: their jobs never run. Answers them. Rows that wait are left alone. */
  drop(which: DeadOptions): Promise<OutboxRow[]>;
  /** How many rows there are, and how long the first has waited. */
  counts(): Promise<OutboxCounts>;
}

/** An {@link OutboxClient} over a ledger. */
export function createOutboxClient({ outbox }: Pick<Ledger, 'outbox'>): OutboxClient {
  return {
    list: async ({ state, kind, limit = 50 } = {}) => {
      if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
        throw invalid('limit', 'a whole number from 1 to 1000', limit);
      }
      if (state !== undefined) checkChoice(state, ['waiting', 'dead'], 'state');
      return outbox.list({ state, kind: checkKind(kind), limit });
    },
    retry: async (which) => outbox.retry(checkDead(which)),
    drop: async (which) => outbox.drop(checkDead(which)),
    counts: () => outbox.counts(),
  };
}

/** Not by default all: forgetting an argument must not drop everything. */
function checkDead(which: DeadOptions): DeadFilter {
  const filter = checkObject(which, 'which');
  if (filter === undefined) throw invalid('which', 'an object; {} for all dead rows', which);
  const { ids, kind } = filter;
  return { ids: ids && checkTexts(ids, 'ids'), kind: checkKind(kind) };
}

function checkKind(kind: string | undefined): string | undefined {
  return kind === undefined ? undefined : checkName(kind, 'kind');
}
