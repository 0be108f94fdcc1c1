import type { NodeLog } from '../../activities/node/node-log.ts';
import { atMost, pause } from '../../activities/node/pause.ts';
import { backoffMs } from '../../domain/attempt.ts';
import type { LateResult } from '../../domain/late-result.ts';
import type { DeliverLate } from './deliver-late.ts';
import type { KeptResult } from './late-file.ts';
import type { LateSpool, SpoolEntry } from './late-spool.ts';

/** What late results tell the node's process; none of these may throw. */
interface LateEvents {
  lateResults(outcome: 'delivered' | 'dropped' | 'refused', count: number): void;
  lateResultsWaiting(count: number): void;
}

/** What a {@link LateDelivery} works with. */
export interface LateDeliveryDeps {
  /** The name of the node. */
  readonly node: string;
  readonly spool: LateSpool;
  readonly deliver: DeliverLate;
  readonly log: NodeLog;
  readonly events: LateEvents;
  /** @default from 250 ms to 10 s */
  readonly retry?: { readonly initialMs: number; readonly maxMs: number };
  /** How long {@link LateDelivery.stop} waits for what is not delivered. @default 3000 */
  readonly stopWithinMs?: number;
}

const RETRY = { initialMs: 250, maxMs: 10_000 };
const STOP_WITHIN_MS = 3_000;

/** After so many failures one goes behind the others: it may be the only one that fails. */
const TRIES_IN_FRONT = 8;

/** Brings a node's late results, oldest first, to whoever can still use them, however long it takes. */
export class LateDelivery {
  readonly #deps: LateDeliveryDeps;
  readonly #opened: Promise<void>;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #isStopping = false;
  /** It waits for something to deliver. */
  #isIdle = false;
  #running: Promise<void> | undefined;

  constructor(deps: LateDeliveryDeps) {
    this.#deps = deps;
    this.#opened = this.#open();
  }

  /** Delivers what is left from before, and what is kept from now on. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Takes a late result over. Never rejects. */
  async keep(workflowId: string, late: LateResult): Promise<void> {
    const { spool, log } = this.#deps;
    await this.#opened;
    const { dropped, error } = await spool.keep({ workflowId, late });
    log.info(this.#idsOf({ workflowId, late }), 'late.kept');
    if (error !== undefined) this.#warnOfSpool(error);
    if (dropped > 0) this.#drop(dropped);
    this.#count();
    // While others wait, their back-off goes on.
    if (this.#isIdle) this.wake();
  }

  /** Tries again at once: Temporal is likely to answer. */
  wake(): void {
    this.#wake.abort();
  }

  /** Ends it when all is delivered, or soon: the rest stays on disk. Never rejects. */
  async stop(): Promise<void> {
    const { spool, node, log, stopWithinMs = STOP_WITHIN_MS } = this.#deps;
    this.#isStopping = true;
    this.wake();
    await atMost(stopWithinMs, this.#running ?? this.#opened);
    this.#stopped.abort();
    this.wake();
    const { count, folder } = spool;
    if (count > 0) log.warn({ node, count, folder }, 'late.left');
    await spool.close();
  }

  async #open(): Promise<void> {
    const { spool, node, log } = this.#deps;
    await spool.open().catch((error: unknown) => this.#warnOfSpool(error));
    const { count, folder } = spool;
    if (count > 0) log.info({ node, count, folder }, 'late.found');
    this.#count();
  }

  async #run(): Promise<void> {
    await this.#opened;
    const { spool, retry = RETRY } = this.#deps;
    let tries = 0;
    while (!this.#stopped.signal.aborted) {
      const entry = spool.oldest;
      if (entry === undefined) {
        if (this.#isStopping) return;
        this.#isIdle = true;
        await this.#nextNews(Infinity);
        this.#isIdle = false;
      } else if (await this.#settle(entry)) {
        tries = 0;
      } else {
        const pauseMs = backoffMs(retry, tries++) * jitter();
        if (tries % TRIES_IN_FRONT === 0) spool.postpone(entry);
        if (await this.#nextNews(pauseMs)) tries = 0;
      }
    }
  }

  /** Answers false when another try may deliver it. */
  async #settle(entry: SpoolEntry): Promise<boolean> {
    try {
      const kept = await this.#deps.spool.read(entry);
      if (!(await this.#deliver(entry, kept))) return false;
    } catch (error) {
      if (!(await this.#giveUp(entry, error))) return false;
    }
    this.#count();
    return true;
  }

  /** Answers false when another try may read it. */
  async #giveUp(entry: SpoolEntry, err: unknown): Promise<boolean> {
    const { spool, node, log, events } = this.#deps;
    const { code } = err as NodeJS.ErrnoException;
    // Too many open files, a disk that fails: what it holds may be as good as ever.
    if (code !== undefined && code !== 'ENOENT') {
      log.debug({ node, file: entry.file, err }, 'late.not_read');
      return false;
    }
    // Another process of this name has delivered it.
    if (code === 'ENOENT') {
      await spool.remove(entry);
      return true;
    }
    log.warn({ node, file: entry.file, err }, 'late.unreadable');
    await spool.setAside(entry, 'unreadable');
    events.lateResults('dropped', 1);
    return true;
  }

  async #deliver(entry: SpoolEntry, kept: KeptResult): Promise<boolean> {
    const { spool, deliver, log, events } = this.#deps;
    const ids = this.#idsOf(kept);
    try {
      const answer = await deliver(kept);
      if (answer.kind === 'refused') {
        await spool.setAside(entry, 'refused');
        log.error({ ...ids, file: entry.file, why: answer.why }, 'late.refused');
      } else {
        await spool.remove(entry);
        log.info({ ...ids, via: answer.via }, 'late.delivered');
      }
      events.lateResults(answer.kind, 1);
      return true;
    } catch (err) {
      log.debug({ ...ids, err }, 'late.not_delivered');
      return false;
    }
  }

  #drop(count: number): void {
    const { node, spool, log, events } = this.#deps;
    log.warn({ node, count, folder: spool.folder }, 'late.dropped');
    events.lateResults('dropped', count);
  }

  #warnOfSpool(err: unknown): void {
    const { node, spool, log } = this.#deps;
    log.warn({ node, folder: spool.folder, err }, 'late.spool_failed');
  }

  #count(): void {
    this.#deps.events.lateResultsWaiting(this.#deps.spool.count);
  }

  #idsOf({ late: { job, generation, epoch } }: KeptResult): object {
    return { job, generation, epoch, node: this.#deps.node };
  }

  /** Answers whether there was news. */
  async #nextNews(withinMs: number): Promise<boolean> {
    const { signal } = this.#wake;
    await pause(withinMs, signal);
    this.#wake = new AbortController();
    return signal.aborted;
  }
}

/** The nodes of a fleet shall not all come at once. */
function jitter(): number {
  return 0.75 + Math.random() / 2;
}
