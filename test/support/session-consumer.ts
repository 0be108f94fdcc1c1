import type { HoldfastClient, SessionItem } from 'holdfast';
import type { Random } from './random.ts';

/** Reads a session to its end, and is stopped and resumed by its stored cursor now and then. */
export class SessionConsumer {
  readonly seen: SessionItem[] = [];
  /** How often it began to read. */
  starts = 0;
  /** Settles at the session's end. */
  readonly ended: Promise<void>;
  readonly #client: HoldfastClient;
  readonly #session: string;
  readonly #random: Random;
  #cursor = -1;
  #stop = new AbortController();

  constructor(client: HoldfastClient, session: string, random: Random) {
    this.#client = client;
    this.#session = session;
    this.#random = random;
    this.ended = this.#read();
  }

  /** Stops it wherever it is; it resumes at once. */
  interrupt(): void {
    this.#stop.abort(new Error('interrupted'));
  }

  async #read(): Promise<void> {
    while (!(await this.#readSome())) this.starts++;
    this.starts++;
  }

  /** Answers whether that was the end. */
  async #readSome(): Promise<boolean> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    let left = this.#random.whole(1, 30);
    try {
      const options = { after: this.#cursor, signal };
      for await (const item of this.#client.sessions.results(this.#session, options)) {
        this.seen.push(item);
        this.#cursor = item.index;
        if (--left === 0) return false;
      }
      return true;
    } catch (error) {
      if (signal.aborted && error === signal.reason) return false;
      throw error;
    }
  }
}
