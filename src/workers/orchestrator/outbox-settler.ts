import { setTimeout as delay } from 'node:timers/promises';
import type { Outbox } from '../../ledger/outbox.ts';
import type { DeadRow, OutboxClaim, ReleasedRow } from '../../ledger/outbox-claims.ts';

/** What a relay has to tell the ledger of a row. */
export type SettledRow =
  | ({ readonly kind: 'started' } & Pick<OutboxClaim, 'seq'>)
  | ({ readonly kind: 'dead' } & DeadRow)
  | ({ readonly kind: 'released' } & ReleasedRow);

/** Rows that are started at about the same time are deleted by one statement. */
const GATHER_MS = 20;
const RETRY_MS = 1_000;

/** Tells the ledger what became of rows, many at a time. */
export class OutboxSettler {
  readonly #outbox: Pick<Outbox, 'deleteStarted' | 'kill' | 'release'>;
  readonly #onTrouble: (error: unknown) => void;
  #waiting: { readonly row: SettledRow; readonly done: () => void }[] = [];
  #isRunning = false;

  constructor(
    outbox: Pick<Outbox, 'deleteStarted' | 'kill' | 'release'>,
    onTrouble: (error: unknown) => void,
  ) {
    this.#outbox = outbox;
    this.#onTrouble = onTrouble;
  }

  /** Resolves when the ledger knows, or has failed twice: then the claim runs out, and all is done again. */
  settle(row: SettledRow): Promise<void> {
    const settled = new Promise<void>((done) => this.#waiting.push({ row, done }));
    if (!this.#isRunning) void this.#run();
    return settled;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await delay(GATHER_MS);
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#tell(batch.map(({ row }) => row));
      for (const { done } of batch) done();
    }
    this.#isRunning = false;
  }

  async #tell(rows: readonly SettledRow[]): Promise<void> {
    try {
      await this.#write(rows);
    } catch (error) {
      this.#onTrouble(error);
      await delay(RETRY_MS);
      await this.#write(rows).catch(() => undefined);
    }
  }

  /** May be repeated. */
  async #write(rows: readonly SettledRow[]): Promise<void> {
    const started = rows.filter((row) => row.kind === 'started').map(({ seq }) => seq);
    const dead = rows.filter((row) => row.kind === 'dead');
    const released = rows.filter((row) => row.kind === 'released');
    if (started.length > 0) await this.#outbox.deleteStarted(started);
    if (dead.length > 0) await this.#outbox.kill(dead);
    if (released.length > 0) await this.#outbox.release(released);
  }
}
