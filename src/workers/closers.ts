import type { Logger } from 'pino';

/** What a process has opened, to be closed in the reverse order. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Adds what is to be closed first from now on. */
  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  /** Closes all. Never rejects: what cannot be closed is logged, and the rest is closed. */
  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      // A worker that failed may still hold its connection, which then cannot be closed.
      await close().catch((err: unknown) => this.#log.debug({ err }, 'close_failed'));
    }
  }
}
