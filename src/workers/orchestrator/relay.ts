import { setTimeout as delay } from 'node:timers/promises';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/json.ts';
import type { Outbox } from '../../ledger/outbox.ts';
import type { ClaimedRow } from '../../ledger/outbox-claims.ts';
import { CLAIM_MS, HeldRows } from './held-rows.ts';
import { RelayTroubles } from './relay-troubles.ts';
import type { RunningLoop } from './repeat.ts';
import type { RelayDeps } from './row-delivery.ts';
import { RowDelivery } from './row-delivery.ts';
import { Wakeable } from './wakeable.ts';

/** Rows of one claim at most. */
const ROWS = 200;
/** Rows in hand at most; more are claimed when there is room for half a claim. */
const IN_HAND = 400;
/** Inputs in memory: those of one claim, but for its first. */
const BYTES = 16_000_000;
/** The polls behind the news: while news is heard, they only find what got lost on its way. */
const POLL_HEARD_MS = 1_000;
const POLL_UNHEARD_MS = 50;
/** For the one row that is tried in trouble: it may have to wait for another job. */
const PROBE_MS = 15_000;
/** At a stop, for starts that are under way. */
const GRACE_MS = 5_000;

/**
 * Starts the jobs of the outbox. Any number may run at once; a crash at any point makes another one
 * repeat a start, which changes nothing. While Temporal or the ledger is away it tries one row now and
 * then.
 */
export function startRelay(deps: RelayDeps): RunningLoop {
  const relay = new Relay(deps);
  const running = relay.run();
  return {
    stop: () => {
      relay.stop();
      return running;
    },
  };
}

class Relay {
  readonly #outbox: Outbox;
  readonly #held = new HeldRows();
  readonly #wake = new Wakeable();
  readonly #stopped = new AbortController();
  readonly #troubles: RelayTroubles;
  readonly #delivery: RowDelivery;
  readonly #running = new Set<Promise<void>>();
  /** Whether the last claim brought as much as it could. */
  #isFull = false;

  constructor(deps: RelayDeps) {
    this.#outbox = deps.connections.ledger.outbox;
    this.#troubles = new RelayTroubles(deps.log, () => this.#wake.wake());
    this.#delivery = new RowDelivery(deps, this.#held, this.#troubles, this.#stopped.signal);
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake.wake();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    const news = this.#outbox.listen(() => this.#wake.wake());
    while (!signal.aborted) {
      const before = this.#troubles.count;
      await this.#turn();
      if (this.#troubles.count > before) {
        await delay(this.#troubles.backoffMs, undefined, { signal }).catch(() => undefined);
      } else if (!this.#isFull || !this.#hasRoom()) {
        await this.#wake.pause(news.isHeard() ? POLL_HEARD_MS : POLL_UNHEARD_MS);
      }
    }
    // What is not begun is put back at once; what hangs, another relay does again.
    await within(GRACE_MS, Promise.all(this.#running));
    await news.close().catch(() => undefined);
  }

  #hasRoom(): boolean {
    return IN_HAND - this.#held.size >= ROWS / 2;
  }

  /** Claims rows and sets out with them. */
  async #turn(): Promise<void> {
    // In trouble, one row shows whether it is over.
    const isProbe = this.#troubles.isNow;
    try {
      await this.#held.extend(this.#outbox);
      if (!isProbe && !this.#hasRoom()) return;
      const claimed = await this.#claim(isProbe ? 1 : ROWS);
      const deliveries = chainsOf(claimed).map((chain) => this.#setOut(chain));
      if (isProbe) await within(PROBE_MS, Promise.all(deliveries));
    } catch (error) {
      this.#troubles.ledgerFailed(error);
    }
  }

  async #claim(most: number): Promise<ClaimedRow[]> {
    const rows = Math.min(most, Math.max(1, IN_HAND - this.#held.size));
    // White space may make a text longer than the JSON that counts.
    const inputBytes = 2 * PAYLOAD_LIMIT_BYTES;
    const claimedAt = performance.now();
    const claimed = await this.#outbox.claim({ rows, bytes: BYTES, inputBytes, claimMs: CLAIM_MS });
    this.#troubles.ledgerAnswered();
    this.#isFull = claimed.length === rows;
    this.#held.add(claimed, claimedAt);
    return claimed;
  }

  #setOut(chain: readonly ClaimedRow[]): Promise<void> {
    const running = this.#delivery.deliver(chain).finally(() => {
      this.#running.delete(running);
      // There is room, or the next rows of its session are due.
      if (this.#isFull || chain[0]?.session !== undefined) this.#wake.wake();
    });
    this.#running.add(running);
    return running;
  }
}

/** The rows of each session, which stay in their order; any other row by itself. */
function chainsOf(rows: readonly ClaimedRow[]): ClaimedRow[][] {
  const chains = new Map<string | number, ClaimedRow[]>();
  for (const row of rows) {
    const key = row.session ?? row.seq;
    chains.set(key, [...(chains.get(key) ?? []), row]);
  }
  return [...chains.values()];
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, delay(ms, undefined, { ref: false })]);
}
