import type { Logger } from 'pino';
import type { Connections } from '../../client/connections.ts';
import { backoffMs } from '../../domain/attempt.ts';
import type { ClaimedRow } from '../../ledger/outbox-claims.ts';
import type { Metrics } from '../metrics.ts';
import type { HeldRows } from './held-rows.ts';
import { Lanes } from './lanes.ts';
import type { Definitions } from './outbox-request.ts';
import type { SettledRow } from './outbox-settler.ts';
import { OutboxSettler } from './outbox-settler.ts';
import type { RelayTroubles } from './relay-troubles.ts';
import { mayWait, startRow } from './start-row.ts';

/** A row that made trouble stands back for so long, doubled each time, so that others are tried. */
const ROW_BACKOFF = { initialMs: 500, maxMs: 15_000 };

/** What a relay needs. */
export interface RelayDeps {
  readonly connections: Connections;
  readonly definitions: Definitions;
  /** Starts at a time, and as many again that may wait for the end of another job. */
  readonly concurrency: number;
  readonly metrics: Pick<Metrics, 'outboxStarted' | 'outboxDead'>;
  readonly log: Logger;
}

/** Starts the jobs of claimed rows and tells the ledger what became of them. */
export class RowDelivery {
  readonly #deps: RelayDeps;
  readonly #held: HeldRows;
  readonly #troubles: RelayTroubles;
  readonly #stopped: AbortSignal;
  readonly #lanes: Lanes;
  readonly #waitingLanes: Lanes;
  readonly #settler: OutboxSettler;

  constructor(deps: RelayDeps, held: HeldRows, troubles: RelayTroubles, stopped: AbortSignal) {
    this.#deps = deps;
    this.#lanes = new Lanes(deps.concurrency);
    this.#waitingLanes = new Lanes(deps.concurrency);
    this.#held = held;
    this.#troubles = troubles;
    this.#stopped = stopped;
    const { outbox } = deps.connections.ledger;
    this.#settler = new OutboxSettler(outbox, (error) => troubles.ledgerFailed(error));
  }

  /**
   * Rows of one session, in their order: none is begun while one before it is not started. Resolves
   * when the ledger knows of all.
   */
  async deliver(chain: readonly ClaimedRow[]): Promise<void> {
    const since = this.#troubles.count;
    const settling: Promise<void>[] = [];
    let isBlocked = false;
    for (const row of chain) {
      const lanes = mayWait(row) ? this.#waitingLanes : this.#lanes;
      const settled = await lanes.run(() =>
        isBlocked || this.#isLate(row, since)
          ? Promise.resolve<SettledRow>({ kind: 'released', ...claimOf(row), afterMs: 0 })
          : this.#start(row, since),
      );
      isBlocked ||= settled.kind === 'released';
      settling.push(this.#settler.settle(settled).finally(() => this.#held.delete(row)));
    }
    await Promise.all(settling);
  }

  #isLate(row: ClaimedRow, since: number): boolean {
    return this.#stopped.aborted || this.#troubles.count > since || !this.#held.isOurs(row);
  }

  async #start(row: ClaimedRow, since: number): Promise<SettledRow> {
    const { connections, definitions } = this.#deps;
    const outcome = await startRow(connections, definitions, row);
    switch (outcome.kind) {
      case 'started':
        this.#noteStarted(row);
        return { kind: 'started', seq: row.seq };
      case 'dead': {
        const { code, message } = outcome;
        this.#noteDead(row, code, message);
        return { kind: 'dead', ...claimOf(row), code, message };
      }
      case 'trouble': {
        this.#troubles.startFailed(outcome.error, since);
        const afterMs = backoffMs(ROW_BACKOFF, Math.max(0, row.tries - 1));
        return { kind: 'released', ...claimOf(row), afterMs };
      }
    }
  }

  #noteStarted(row: ClaimedRow): void {
    const { log, metrics } = this.#deps;
    const { id: job, kind, session } = row;
    const lagMs = Math.round(this.#held.ageMs(row));
    metrics.outboxStarted(lagMs);
    log.debug({ job, kind, session, lagMs }, 'outbox.started');
    this.#troubles.worksAgain();
  }

  #noteDead({ id: job, kind, session, seq }: ClaimedRow, code: string, why: string): void {
    const { log, metrics } = this.#deps;
    metrics.outboxDead(code);
    log.warn({ job, kind, session, seq, code, why }, 'outbox.dead');
  }
}

function claimOf({ seq, tries }: ClaimedRow) {
  return { seq, tries };
}
