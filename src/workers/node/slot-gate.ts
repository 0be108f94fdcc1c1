import type { AttemptGate } from '../../activities/node/attempt-gate.ts';

/** How long an attempt waits that finds too few slots free. */
const SLOT_WAIT_MS = { light: 1_000, heavy: 10_000 };

/** What a {@link SlotGate} tells; must not throw. */
interface SlotEvents {
  slotsUsed(used: number): void;
}

/** How long attempts wait: those that take one slot, and those that take more. */
interface SlotWait {
  readonly light: number;
  readonly heavy: number;
}

/** An attempt that waits for slots. */
interface Waiting {
  readonly slots: number;
  readonly end: (isIn: boolean) => void;
}

/** The one count of a node's slots, behind all its workers. */
export class SlotGate implements AttemptGate {
  readonly #slots: number;
  readonly #events: SlotEvents;
  readonly #waitMs: SlotWait;
  /** In the order of their arrival. */
  readonly #waiting = new Set<Waiting>();
  #onOpen = (): void => undefined;
  #used = 0;
  #extra = 0;
  #whyNotTaking: string | undefined;
  #whyUnable: string | undefined;
  #whyStopping: string | undefined;

  /** @param waitMs how long an attempt waits that finds too few slots free */
  constructor(slots: number, events: SlotEvents, waitMs: SlotWait = SLOT_WAIT_MS) {
    this.#slots = slots;
    this.#events = events;
    this.#waitMs = waitMs;
  }

  /** Slots that attempts have. */
  get used(): number {
    return this.#used;
  }

  get slots(): number {
    return this.#slots;
  }

  /** What the attempts that are in, or wait, take beyond one slot each. */
  get extra(): number {
    return this.#extra;
  }

  /** Whether the node takes work. */
  isOpen(): boolean {
    return this.whyClosed() === undefined;
  }

  whyClosed(): string | undefined {
    return this.#whyStopping ?? this.#whyUnable ?? this.#whyNotTaking;
  }

  /** Takes no new work for this reason, until it is set to `undefined`. */
  setClosed(why: string | undefined): void {
    this.#whyNotTaking = why;
    this.#tell();
  }

  /** As {@link setClosed}, for what is no wish of an operator: the node cannot. */
  setUnable(why: string | undefined): void {
    this.#whyUnable = why;
    this.#tell();
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

  async enter(stop: AbortSignal, slots = 1): Promise<(() => void) | undefined> {
    if (!this.isOpen() || stop.aborted || slots > this.#slots) return undefined;
    this.#extra += slots - 1;
    const isIn = this.#canEnter(slots) || (await this.#isLetIn(stop, slots));
    if (isIn) return () => this.#leave(slots);
    this.#extra -= slots - 1;
    return undefined;
  }

  /** Whoever waits comes first, even where there is room for a lighter one only. */
  #canEnter(slots: number): boolean {
    if (this.#waiting.size > 0 || this.#used + slots > this.#slots) return false;
    this.#take(slots);
    return true;
  }

  #take(slots: number): void {
    this.#used += slots;
    this.#events.slotsUsed(this.#used);
  }

  #leave(slots: number): void {
    this.#used -= slots;
    this.#extra -= slots - 1;
    this.#events.slotsUsed(this.#used);
    this.#letIn();
  }

  /** The slots pass to who has waited longest: a light attempt never overtakes a heavy one. */
  #letIn(): void {
    if (!this.isOpen()) return;
    for (const next of [...this.#waiting]) {
      if (this.#used + next.slots > this.#slots) return;
      this.#take(next.slots);
      next.end(true);
    }
  }

  #isLetIn(stop: AbortSignal, slots: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isIn: boolean): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', giveUp);
        this.#waiting.delete(waiting);
        resolve(isIn);
      };
      const giveUp = (): void => {
        end(false);
        // It may have kept lighter ones out.
        this.#letIn();
      };
      const waiting: Waiting = { slots, end };
      const { light, heavy } = this.#waitMs;
      const timer = setTimeout(giveUp, slots === 1 ? light : heavy);
      stop.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #tell(): void {
    if (this.isOpen()) this.#onOpen();
    else this.#turnAway();
  }

  #turnAway(): void {
    for (const { end } of [...this.#waiting]) end(false);
  }
}
