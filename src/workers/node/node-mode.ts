import { LONGEST_TIMER_MS, pause } from '../../activities/node/pause.ts';
import type { NodeLog } from '../../activities/node/node-log.ts';
import type { RunningAttempts } from '../../activities/node/running-attempts.ts';
import { backoffMs } from '../../domain/attempt.ts';
import { DRAINED_SIGNAL } from '../../domain/messages.ts';
import type { NodeModeChange } from '../../domain/node.ts';
import type { NodeCalls } from './node-calls.ts';
import type { SlotGate } from './slot-gate.ts';

/** What {@link NodeModes} works with. */
export interface NodeModeDeps {
  readonly node: string;
  readonly incarnation: string;
  readonly gate: SlotGate;
  readonly running: RunningAttempts;
  readonly calls: Pick<NodeCalls, 'tell'>;
  readonly log: NodeLog;
}

/**
 * How long a node that starts waits to be told its mode, before it takes work: a cordoned one stays
 * so over a restart, and one without orchestrators works all the same.
 */
const UNKNOWN_MODE_MS = 1_000;

const RETRY = { initialMs: 500, maxMs: 10_000 };

/** What operators want of this node: opens and closes its gate, and drains it. */
export class NodeModes {
  readonly #deps: NodeModeDeps;
  #current: NodeModeChange | undefined;
  /** Aborted when another mode comes, or the node stops. */
  #over = new AbortController();
  #isDrainedTold = false;
  #isTelling = false;

  constructor(deps: NodeModeDeps) {
    this.#deps = deps;
    deps.gate.setClosed('it does not know its mode yet');
    void pause(UNKNOWN_MODE_MS, this.#over.signal).then(() => {
      if (this.#current === undefined) deps.gate.setClosed(undefined);
    });
  }

  /**
   * Takes a mode.
   *
   * @param from `lease`: it came with the lease, and counts. `order`: an earlier one may come late.
   */
  set(mode: NodeModeChange, from: 'lease' | 'order'): void {
    const { node, gate, running, log } = this.#deps;
    const before = this.#current;
    if (from === 'order' && before !== undefined && mode.at < before.at) return;
    this.#current = mode;
    if (before?.mode === mode.mode && before.at === mode.at) return this.checkDrained();
    if (before !== undefined || mode.mode !== 'enabled') {
      log.info({ node, mode: mode.mode, reason: mode.reason, by: mode.by }, 'node.mode');
    }
    this.#over.abort();
    this.#over = new AbortController();
    this.#isDrainedTold = false;
    running.forgetHandedBack();
    gate.setClosed(whyClosed(mode));
    if (mode.mode === 'draining') void this.#handBackAtDeadline(mode, this.#over.signal);
    this.checkDrained();
  }

  /** Tells the node's workflow when the node has drained. Call it when an attempt has ended. */
  checkDrained(): void {
    const isDrained = this.#current?.mode === 'draining' && this.#deps.running.count === 0;
    if (!isDrained || this.#isDrainedTold || this.#isTelling) return;
    this.#isTelling = true;
    void this.#tellDrained(this.#over.signal).finally(() => {
      this.#isTelling = false;
      // Another drain may have been ordered meanwhile.
      this.checkDrained();
    });
  }

  /** Ends what goes on. */
  stop(): void {
    this.#over.abort();
    // The node stops: there is nothing to open any more, and nobody to tell.
    this.#isDrainedTold = true;
  }

  async #tellDrained(over: AbortSignal): Promise<void> {
    const { incarnation, running, calls } = this.#deps;
    for (let tries = 0; !over.aborted; tries++) {
      try {
        await calls.tell(DRAINED_SIGNAL, { incarnation, handedBack: running.handedBack });
        if (!over.aborted) this.#isDrainedTold = true;
        return;
      } catch {
        await pause(backoffMs(RETRY, tries), over);
      }
    }
  }

  async #handBackAtDeadline({ at, deadlineAt }: NodeModeChange, over: AbortSignal): Promise<void> {
    if (deadlineAt === undefined) return;
    // Its own clock may be behind that of the workflow: it waits no longer than was meant.
    const latestMs = performance.now() + (deadlineAt - at);
    const leftMs = (): number => Math.min(deadlineAt - Date.now(), latestMs - performance.now());
    while (leftMs() > 0 && !over.aborted) await pause(Math.min(leftMs(), LONGEST_TIMER_MS), over);
    if (!over.aborted) this.#deps.running.haltAll('node_drained');
  }
}

function whyClosed({ mode, reason }: NodeModeChange): string | undefined {
  if (mode === 'enabled') return undefined;
  return reason === '' ? `it is ${mode}` : `it is ${mode}: ${reason}`;
}
