/**
 * How fresh a node's lease is, by the node's own monotonic clock. The server counts from the moment
 * at which a beat arrived; this clock counts from the moment at which it was sent, so the node
 * gives its lease up before anyone else does.
 */
export class LeaseClock {
  readonly #leaseMs: number;
  readonly #nowMs: () => number;
  #sentAtMs: number | undefined;
  #isLost = false;

  /** @param nowMs a clock that never goes back and that goes on while the process is frozen */
  constructor(leaseMs: number, nowMs: () => number) {
    this.#leaseMs = leaseMs;
    this.#nowMs = nowMs;
  }

  /** The server has acknowledged the beat that was sent then. */
  acknowledge(sentAtMs: number): void {
    this.#sentAtMs = Math.max(this.#sentAtMs ?? -Infinity, sentAtMs);
    this.#isLost = false;
  }

  /** The server has given the lease up: it is not fresh until a beat of another is acknowledged. */
  lose(): void {
    this.#isLost = true;
  }

  /** Whether nobody can hold the node for lost. False before the first acknowledgement. */
  isFresh(): boolean {
    return !this.#isLost && this.msLeft() > 0;
  }

  /** How long the last acknowledgement lasts; 0 when it has run out or there was none. */
  msLeft(): number {
    return Math.max(0, this.#leaseMs - (this.ageMs() ?? Infinity));
  }

  /** The time since the last acknowledged beat was sent; undefined when there was none. */
  ageMs(): number | undefined {
    return this.#sentAtMs === undefined ? undefined : this.#nowMs() - this.#sentAtMs;
  }
}
