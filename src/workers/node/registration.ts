import { pause } from '../../activities/node/pause.ts';
import type { NodeLog } from '../../activities/node/node-log.ts';
import { backoffMs } from '../../domain/attempt.ts';
import type { NodeRegistration } from '../../domain/node.ts';
import type { NodeCalls } from './node-calls.ts';

/** What a {@link Registration} works with. */
export interface RegistrationDeps {
  readonly node: string;
  readonly registration: NodeRegistration;
  readonly calls: Pick<NodeCalls, 'register'>;
  readonly log: NodeLog;
  /** @default 10000 */
  readonly grantWithinMs?: number;
}

const RETRY = { initialMs: 500, maxMs: 10_000 };

/**
 * How long a lease may take after a registration, before the node registers again: its workflow may
 * have been ended by force. Longer each time, since without orchestrators each adds to a history.
 */
const GRANT_WITHIN_MS = 10_000;
const LONGEST_GRANT_MS = 300_000;

/** Keeps a node registered with its workflow, which grants it the lease. */
export class Registration {
  readonly #deps: RegistrationDeps;
  readonly #stopped = new AbortController();
  /** Aborted when the lease was granted or lost. */
  #news = new AbortController();
  #isGranted = false;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
  }

  /** The lease is held: there is nothing to do until it is lost. */
  granted(): void {
    this.#isGranted = true;
    this.#news.abort();
  }

  /** The lease is lost: registers again, at once if it was held. */
  lost(): void {
    if (!this.#isGranted) return;
    this.#isGranted = false;
    this.#news.abort();
  }

  /** Ends it. */
  stop(): void {
    this.#stopped.abort();
    this.#news.abort();
  }

  /** Registers until it is stopped. Never rejects. */
  async run(): Promise<void> {
    let tries = 0;
    while (!this.#isStopped()) {
      if (this.#isGranted) {
        tries = 0;
        await this.#nextNews(Infinity);
      } else {
        await this.#register();
        await this.#nextNews(this.#grantWithinMs(tries++));
      }
    }
  }

  async #register(): Promise<void> {
    const { node, registration, calls, log } = this.#deps;
    for (let tries = 0; !this.#isStopped(); tries++) {
      try {
        await calls.register(registration);
        log.info({ node, incarnation: registration.incarnation }, 'node.registered');
        return;
      } catch (err) {
        log.debug({ node, err }, 'node.register_failed');
        await pause(backoffMs(RETRY, tries), this.#stopped.signal);
      }
    }
  }

  #grantWithinMs(tries: number): number {
    const initialMs = this.#deps.grantWithinMs ?? GRANT_WITHIN_MS;
    return backoffMs({ initialMs, maxMs: LONGEST_GRANT_MS }, tries);
  }

  async #nextNews(withinMs: number): Promise<void> {
    await pause(withinMs, this.#news.signal);
    this.#news = new AbortController();
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }
}
