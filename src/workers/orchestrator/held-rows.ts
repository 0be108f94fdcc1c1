import type { Outbox } from '../../ledger/outbox.ts';
import type { ClaimedRow } from '../../ledger/outbox-claims.ts';

/** How long a claim lasts: a dead relay's rows are another's after that. */
export const CLAIM_MS = 30_000;

/** Claims are made longer when this much of them is over. */
const EXTEND_AFTER_MS = 10_000;

/** Nothing is begun so shortly before the end of a claim. */
const MARGIN_MS = 2_000;

interface Held {
  readonly row: ClaimedRow;
  readonly claimedAt: number;
  /** By this process's monotonic clock, which goes on while the process is frozen. */
  endsAt: number;
}

/** The rows that a relay has claimed and not settled, and until when. */
export class HeldRows {
  readonly #held = new Map<number, Held>();
  #extending: Promise<void> | undefined;

  get size(): number {
    return this.#held.size;
  }

  /** @param claimedAt before the claim was asked for, by `performance.now()` */
  add(rows: readonly ClaimedRow[], claimedAt: number): void {
    for (const row of rows) {
      this.#held.set(row.seq, { row, claimedAt, endsAt: claimedAt + CLAIM_MS });
    }
  }

  delete({ seq }: ClaimedRow): void {
    this.#held.delete(seq);
  }

  /** Whether a row is still ours for long enough to begin with it. */
  isOurs({ seq }: ClaimedRow): boolean {
    const held = this.#held.get(seq);
    return held !== undefined && performance.now() < held.endsAt - MARGIN_MS;
  }

  /** How long ago a row was enqueued. */
  ageMs({ seq, ageMs }: ClaimedRow): number {
    const held = this.#held.get(seq);
    return ageMs + (held === undefined ? 0 : performance.now() - held.claimedAt);
  }

  /** Makes claims longer that have run for a while: a start may wait for the end of another job. */
  extend(outbox: Pick<Outbox, 'extend'>): Promise<void> {
    this.#extending ??= this.#extend(outbox).finally(() => (this.#extending = undefined));
    return this.#extending;
  }

  async #extend(outbox: Pick<Outbox, 'extend'>): Promise<void> {
    const now = performance.now();
    const due = [...this.#held.values()].filter(
      ({ endsAt }) => endsAt - now < CLAIM_MS - EXTEND_AFTER_MS,
    );
    if (due.length === 0) return;
    const kept = new Set(
      await outbox.extend(
        due.map(({ row }) => row),
        CLAIM_MS,
      ),
    );
    for (const held of due) held.endsAt = kept.has(held.row.seq) ? now + CLAIM_MS : -Infinity;
  }
}
