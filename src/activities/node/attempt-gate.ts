/** Where attempts get the node's slots. */
export interface AttemptGate {
  /** Why the node takes no new work; undefined when it does. */
  whyClosed(): string | undefined;
  /**
   * Takes slots, or waits a moment for them. Undefined when there were too few in that time, the gate
   * was closed, or `stop` was aborted. Call the answer once to give them back.
   *
   * @param slots how many it takes; 1 when left out
   */
  enter(stop: AbortSignal, slots?: number): Promise<(() => void) | undefined>;
}
