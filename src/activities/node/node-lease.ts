import { CancelledFailure } from '@temporalio/common';
import type { LeaseEnd } from '../../domain/activities.ts';
import type { LeaseBeat } from '../../domain/node.ts';
import { LEASE_BEAT_MS } from '../../domain/node.ts';
import { LeaseClock } from './lease-clock.ts';
import { pause } from './pause.ts';
import type { BeatAnswer, SendBeat } from './send-beat.ts';

/** What becomes of a lease. None of these may throw. */
interface LeaseEvents {
  /** The first beat of a lease was acknowledged. */
  readonly held: () => void;
  /** The lease has run out by the node's own clock: others may hold the node for lost. */
  readonly stale: () => void;
  /** The server has given the lease up; the node must register again. */
  readonly lost: () => void;
  /** Another process has taken the node's name. */
  readonly superseded: () => void;
}

/** What a {@link NodeLease} works with. */
export interface NodeLeaseDeps {
  readonly leaseMs: number;
  readonly sendBeat: SendBeat;
  /** What the next beat says. */
  readonly describe: () => LeaseBeat;
  readonly events: LeaseEvents;
  /** @default the process's monotonic clock */
  readonly nowMs?: () => number;
}

/** The activity by which a lease is held, as far as the lease needs it. */
export interface LeaseTask {
  readonly taskToken: Uint8Array;
  /** The SDK's own heartbeat: without it the SDK gives the activity up, whatever the server knows. */
  heartbeat(beat: LeaseBeat): void;
  /** Its first beat was acknowledged: it is no leftover from before a freeze. Must not throw. */
  held(): void;
  /** Aborted when the SDK was told of the activity's end. */
  readonly signal: AbortSignal;
}

/** The longest wait for the answer to a beat. */
const LONGEST_ANSWER_MS = 2_000;

/** A node's proof of life: it beats while its lease is held, and knows whether it is fresh. */
export class NodeLease {
  readonly #deps: NodeLeaseDeps;
  readonly #nowMs: () => number;
  readonly #clock: LeaseClock;
  /** A short lease must span some beats too. */
  readonly #periodMs: number;
  /** Those who wait for a beat that is sent after they asked. */
  #asked: ((isFresh: boolean) => void)[] = [];
  #wake = new AbortController();
  /** Aborted when the task that holds the lease shall beat no more. */
  #over = new AbortController();
  #end: LeaseEnd | undefined;
  #staleTimer: NodeJS.Timeout | undefined;
  #isStaleTold = false;

  constructor(deps: NodeLeaseDeps) {
    this.#deps = deps;
    this.#nowMs = deps.nowMs ?? (() => performance.now());
    this.#clock = new LeaseClock(deps.leaseMs, this.#nowMs);
    this.#periodMs = Math.min(LEASE_BEAT_MS, deps.leaseMs / 3);
  }

  /** Whether nobody can hold the node for lost now; false before the first grant. */
  isFresh(): boolean {
    return this.#clock.isFresh();
  }

  /** The time since the last acknowledged beat was sent; undefined before the first grant. */
  ageMs(): number | undefined {
    return this.#clock.ageMs();
  }

  /**
   * Beats at once, and answers when such a beat was acknowledged, or the lease was lost, or `stop`
   * was aborted: whether the lease is fresh and has said what there was to say when it was asked.
   */
  named(stop: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isFresh: boolean): void => {
        stop.removeEventListener('abort', onStop);
        resolve(isFresh);
      };
      const onStop = (): void => settle(false);
      if (stop.aborted) return resolve(false);
      stop.addEventListener('abort', onStop, { once: true });
      this.#asked.push(settle);
      this.#wake.abort();
    });
  }

  /**
   * Holds the lease by this task until the node ends it. A task that comes later takes its place.
   *
   * @throws CancelledFailure when the lease is lost, superseded or held by another task
   */
  async hold(task: LeaseTask): Promise<LeaseEnd> {
    this.#stopBeating();
    const over = (this.#over = new AbortController());
    const onCancel = (): void => {
      // What the SDK says of the lease may be its own guess: the server is asked.
      if (isShutdown(task.signal)) over.abort();
      this.#wake.abort();
    };
    task.signal.addEventListener('abort', onCancel, { once: true });
    try {
      await Promise.race([this.#beat(task, over.signal), pause(Infinity, over.signal)]);
    } finally {
      task.signal.removeEventListener('abort', onCancel);
    }
    if (this.#end !== undefined) return this.#end;
    throw new CancelledFailure('the node does not hold this lease any more');
  }

  /** Ends the lease for good: {@link hold} returns this. */
  end(end: LeaseEnd): void {
    this.#end = end;
    clearTimeout(this.#staleTimer);
    this.#stopBeating();
    this.#answerAll(false);
  }

  async #beat(task: LeaseTask, over: AbortSignal): Promise<void> {
    let isHeld = false;
    while (!over.aborted && this.#end === undefined) {
      const dueAtMs = this.#nowMs() + this.#periodMs;
      const answer = await this.#beatOnce(task);
      if (over.aborted) return;
      if (answer === 'gone') return this.#lose(this.#deps.events.lost);
      if (answer === 'cancelled') return this.#lose(this.#deps.events.superseded);
      if (answer === 'acknowledged' && !isHeld) {
        isHeld = true;
        task.held();
        this.#deps.events.held();
      }
      await pause(dueAtMs - this.#nowMs(), this.#wake.signal);
    }
  }

  async #beatOnce(task: LeaseTask): Promise<BeatAnswer | undefined> {
    const asked = this.#asked.splice(0);
    this.#wake = new AbortController();
    const sentAtMs = this.#nowMs();
    const beat = this.#deps.describe();
    task.heartbeat(beat);
    const withinMs = Math.min(LONGEST_ANSWER_MS, this.#deps.leaseMs);
    // No answer: Temporal is away, and the next beat may be answered.
    const answer = await this.#deps.sendBeat(task.taskToken, beat, withinMs).catch(() => undefined);
    // First of all: a process that was frozen meanwhile has lost what it runs, whatever comes next.
    this.#checkStale();
    if (answer !== 'acknowledged') {
      this.#asked.unshift(...asked);
      return answer;
    }
    this.#clock.acknowledge(sentAtMs);
    this.#watchAge();
    for (const settle of asked) settle(this.isFresh());
    return answer;
  }

  #lose(tell: () => void): void {
    this.#clock.lose();
    this.#answerAll(false);
    tell();
  }

  #watchAge(): void {
    if (this.isFresh()) this.#isStaleTold = false;
    clearTimeout(this.#staleTimer);
    this.#staleTimer = setTimeout(() => this.#checkStale(), this.#clock.msLeft());
  }

  #checkStale(): void {
    if (this.#clock.ageMs() === undefined || this.#isStaleTold || this.#end !== undefined) return;
    // Timers may fire a little early.
    if (this.#clock.msLeft() > 0) return this.#watchAge();
    this.#isStaleTold = true;
    this.#deps.events.stale();
  }

  #stopBeating(): void {
    this.#over.abort();
    this.#wake.abort();
  }

  #answerAll(isFresh: boolean): void {
    for (const settle of this.#asked.splice(0)) settle(isFresh);
  }
}

function isShutdown({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.message === 'WORKER_SHUTDOWN';
}
