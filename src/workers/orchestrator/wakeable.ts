/** A pause that is cut short when there is something to do. */
export class Wakeable {
  #isWoken = false;
  #resume: (() => void) | undefined;

  /** Ends the pause, or the next one before it begins. */
  wake(): void {
    this.#isWoken = true;
    this.#resume?.();
  }

  async pause(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resume = undefined;
    this.#isWoken = false;
  }
}
