/** Where attempts get the node's slots. */
export interface AttemptGate {
  /** Why the node takes no new work; undefined when it does. */
  whyClosed(): string | undefined;
  /**
   * Takes a slot, or waits a moment for one. Undefined when there was none in that time, the gate
   * was closed, or `stop` was aborted. Call the answer once to give the slot back.
   */
  enter(stop: AbortSignal): Promise<(() => void) | undefined>;
}
