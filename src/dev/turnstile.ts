/**
 * Lets one owner through at a time, in the order of asking. An owner stays in until it leaves; one
 * that is still waiting may leave as well, and then never gets in.
 */
export class Turnstile<Owner extends object> {
  #inside: Owner | undefined;
  #waiting: { readonly owner: Owner; readonly admit: (admitted: boolean) => void }[] = [];

  /** Waits for its turn. True once inside (at once for an owner that is); false if it left instead. */
  async enter(owner: Owner): Promise<boolean> {
    if (this.#inside === owner) return true;
    if (this.#inside === undefined) {
      this.#inside = owner;
      return true;
    }
    return new Promise((admit) => this.#waiting.push({ owner, admit }));
  }

  /** Goes out, or out of the queue, and lets the next one in. Without effect for anyone else. */
  leave(owner: Owner): void {
    for (const place of this.#waiting) if (place.owner === owner) place.admit(false);
    this.#waiting = this.#waiting.filter((place) => place.owner !== owner);
    if (this.#inside !== owner) return;
    const next = this.#waiting.shift();
    this.#inside = next?.owner;
    next?.admit(true);
  }

  /** True for the owner that is inside. */
  holds(owner: Owner): boolean {
    return this.#inside === owner;
  }
}
