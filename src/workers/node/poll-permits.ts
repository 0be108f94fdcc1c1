import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
  WorkerTuner,
} from '@temporalio/worker';
import type { SlotGate } from './slot-gate.ts';

/** A worker that asks for permission to poll. */
interface Poller {
  /** It has an open poll, or is about to. */
  isPolling: boolean;
  /** Set while it waits for permission. */
  grant: (() => void) | undefined;
}

/**
 * Permission to poll, for the workers that share a node's slots. While fewer slots than there are
 * taken by the tasks that are here and the node takes work, each worker has one open poll. A worker's own fixed number of slots
 * could not do that: the SDK takes a slot before it polls, and another while that poll is open, so
 * a queue without work would keep the others from polling. The price: each worker's open poll may
 * bring one task more than there are slots, which waits at the {@link SlotGate}.
 */
export class PollPermits {
  readonly #gate: SlotGate;
  readonly #pollers = new Set<Poller>();
  /** Tasks that the workers were given and have not answered. */
  #tasks = 0;

  constructor(gate: SlotGate) {
    this.#gate = gate;
    gate.onOpen(() => this.#grantAll());
  }

  /** The tuner of one worker. */
  tuner(): WorkerTuner {
    const none = { type: 'fixed-size', numSlots: 1 } as const;
    return {
      workflowTaskSlotSupplier: none,
      activityTaskSlotSupplier: this.#supplier(),
      localActivityTaskSlotSupplier: none,
      nexusTaskSlotSupplier: none,
    };
  }

  #supplier(): CustomSlotSupplier<ActivitySlotInfo> {
    const poller: Poller = { isPolling: false, grant: undefined };
    this.#pollers.add(poller);
    return {
      type: 'custom',
      reserveSlot: (_context, signal) => this.#permit(poller, signal),
      // For tasks that come with a workflow's: a node runs none.
      tryReserveSlot: () => null,
      markSlotUsed: () => {
        this.#tasks++;
        poller.isPolling = false;
        this.#grantAll();
      },
      releaseSlot: ({ slotInfo }) => {
        // Without a task the poll has ended empty.
        if (slotInfo === undefined) poller.isPolling = false;
        else this.#tasks--;
        this.#grantAll();
      },
    };
  }

  #permit(poller: Poller, signal: AbortSignal): Promise<SlotPermit> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        poller.grant = undefined;
        // The SDK logs an error for any other reason.
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      poller.grant = () => {
        poller.grant = undefined;
        poller.isPolling = true;
        signal.removeEventListener('abort', onAbort);
        resolve({});
      };
      if (signal.aborted) onAbort();
      else this.#grantAll();
    });
  }

  #grantAll(): void {
    // What a task takes beyond one slot is known once it is at the gate.
    const taken = this.#tasks + this.#gate.extra;
    if (!this.#gate.isOpen() || taken >= this.#gate.slots) return;
    for (const { isPolling, grant } of this.#pollers) if (!isPolling) grant?.();
  }
}
