import type { HeldAttempt } from '../../domain/node.ts';
import type { StopCause } from './attempt-stop.ts';
import type { BeatAnswer } from './send-beat.ts';

/** An attempt that has a slot of the node. */
export interface RunningAttempt {
  readonly held: HeldAttempt;
  /** A heartbeat of its own; rejects when there was no answer in time. */
  beat(): Promise<BeatAnswer>;
  /** Tells its handler to stop. */
  halt(cause: StopCause): void;
}

/** The attempts that have a slot of a node, and those that it gave back. */
export class RunningAttempts {
  readonly #running = new Set<RunningAttempt>();
  readonly #onEmpty: () => void;
  #handedBack: HeldAttempt[] = [];

  /** @param onEmpty called whenever the last one has ended */
  constructor(onEmpty: () => void = () => undefined) {
    this.#onEmpty = onEmpty;
  }

  get count(): number {
    return this.#running.size;
  }

  /** For the beats of the lease. */
  get held(): readonly HeldAttempt[] {
    return [...this.#running].map(({ held }) => held);
  }

  /** What was given back since {@link forgetHandedBack}. */
  get handedBack(): readonly HeldAttempt[] {
    return this.#handedBack;
  }

  /** A copy: it stays as it is while attempts end. */
  all(): readonly RunningAttempt[] {
    return [...this.#running];
  }

  add(attempt: RunningAttempt): void {
    this.#running.add(attempt);
  }

  /** @param wasHandedBack the node gave it back */
  remove(attempt: RunningAttempt, wasHandedBack: boolean): void {
    this.#running.delete(attempt);
    if (wasHandedBack) this.#handedBack.push(attempt.held);
    if (this.#running.size === 0) this.#onEmpty();
  }

  /** Tells every handler to stop; answers which those were. */
  haltAll(cause: StopCause): readonly HeldAttempt[] {
    const halted = this.all();
    for (const attempt of halted) attempt.halt(cause);
    return halted.map(({ held }) => held);
  }

  forgetHandedBack(): void {
    this.#handedBack = [];
  }
}
