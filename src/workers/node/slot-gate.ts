import type { AttemptGate } from '../../activities/node/attempt-gate.ts';

/** How long an attempt that finds every slot taken waits for one. */
const SLOT_WAIT_MS = 1_000;

/** What a {@link SlotGate} tells; must not throw. */
interface SlotEvents {
  slotsUsed(used: number): void;
}

/** The one count of a node's slots, behind all its workers. */
export class SlotGate implements AttemptGate {
  readonly #slots: number;
  readonly #events: SlotEvents;
  readonly #waitMs: number;
  /** In the order of their arrival. */
  readonly #waiting = new Set<(isFree: boolean) => void>();
  #onOpen = (): void => undefined;
  #used = 0;
  #whyNotTaking: string | undefined;
  #whyStopping: string | undefined;

  /** @param waitMs how long an attempt that finds every slot taken waits for one */
  constructor(slots: number, events: SlotEvents, waitMs = SLOT_WAIT_MS) {
    this.#slots = slots;
    this.#events = events;
    this.#waitMs = waitMs;
  }

  /** Attempts that have a slot. */
  get used(): number {
    return this.#used;
  }

  get slots(): number {
    return this.#slots;
  }

  /** Whether the node takes work. */
  isOpen(): boolean {
    return this.whyClosed() === undefined;
  }

  whyClosed(): string | undefined {
    return this.#whyStopping ?? this.#whyNotTaking;
  }

  /** Takes no new work for this reason, until it is set to `undefined`. */
  setClosed(why: string | undefined): void {
    this.#whyNotTaking = why;
    if (this.isOpen()) this.#onOpen();
    else this.#turnAway();
  }

  /** Takes no new work for good. */
  stop(why: string): void {
    this.#whyStopping ??= why;
    this.#turnAway();
  }

  /** Calls this one listener whenever the node takes work again. */
  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  enter(stop: AbortSignal): Promise<(() => void) | undefined> {
    if (!this.isOpen() || stop.aborted) return Promise.resolve(undefined);
    if (this.#used >= this.#slots) return this.#nextFree(stop);
    this.#used++;
    return Promise.resolve(this.#entered());
  }

  #entered(): () => void {
    this.#events.slotsUsed(this.#used);
    return () => this.#leave();
  }

  /** The slot passes to whoever has waited longest, so that no later arrival takes it first. */
  #leave(): void {
    const [first] = this.#waiting;
    if (first !== undefined) return first(true);
    this.#used--;
    this.#events.slotsUsed(this.#used);
  }

  #nextFree(stop: AbortSignal): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      const end = (isFree: boolean): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', giveUp);
        this.#waiting.delete(end);
        resolve(isFree ? this.#entered() : undefined);
      };
      const giveUp = (): void => end(false);
      const timer = setTimeout(giveUp, this.#waitMs);
      stop.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(end);
    });
  }

  #turnAway(): void {
    for (const end of [...this.#waiting]) end(false);
  }
}
