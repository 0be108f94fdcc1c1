import type { Logger } from 'pino';
import { backoffMs } from '../../domain/attempt.ts';

/** The waits after troubles in a row; doubled each time. */
const BACKOFF = { initialMs: 50, maxMs: 2_000 };

/** What keeps a relay from starting jobs for now: Temporal or the ledger is away. Logged once. */
export class RelayTroubles {
  readonly #log: Logger;
  readonly #onTrouble: () => void;
  #count = 0;
  #inRow = 0;
  #isLedgerAway = false;

  constructor(log: Logger, onTrouble: () => void) {
    this.#log = log;
    this.#onTrouble = onTrouble;
  }

  /** How many there were; what was begun at an earlier count is not gone on with. */
  get count(): number {
    return this.#count;
  }

  /** Whether the last thing that was tried failed. */
  get isNow(): boolean {
    return this.#inRow > 0;
  }

  get backoffMs(): number {
    return backoffMs(BACKOFF, Math.max(0, this.#inRow - 1));
  }

  /** A start failed that was begun at a count; of those that fail together the first counts. */
  startFailed(error: unknown, since: number): void {
    if (this.#count === since) this.#note(error);
  }

  ledgerFailed(error: unknown): void {
    this.#isLedgerAway = true;
    this.#note(error);
  }

  ledgerAnswered(): void {
    // That the ledger is there says nothing of Temporal.
    if (this.#isLedgerAway) this.worksAgain();
  }

  worksAgain(): void {
    if (this.isNow) this.#log.info('outbox.works_again');
    this.#inRow = 0;
    this.#isLedgerAway = false;
  }

  #note(err: unknown): void {
    this.#count++;
    if (this.#inRow++ === 0) this.#log.warn({ err }, 'outbox.waiting');
    this.#onTrouble();
  }
}
