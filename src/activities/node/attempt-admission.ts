import { pause } from './pause.ts';
import type { BeatAnswer } from './send-beat.ts';

/** What decides whether the handler of an attempt may start. */
export interface AdmissionDeps {
  readonly lease: {
    isFresh(): boolean;
    named(stop: AbortSignal): Promise<boolean>;
  };
  /** A heartbeat of the attempt itself; rejects when there was no answer in time. */
  readonly beat: () => Promise<BeatAnswer>;
  /** The lease is the attempt's only sign of life. */
  readonly byLease: boolean;
  /** An acknowledgement counts no longer than this after its beat was sent. */
  readonly leaseMs: number;
  /** A clock that never goes back and that goes on while the process is frozen. */
  readonly nowMs: () => number;
}

/**
 * `start`: the server holds the attempt for ours. `gone`: it does not. `stopped`: `stop` was aborted
 * before that was known.
 */
export type Admission = 'start' | 'gone' | 'stopped';

const RETRY_MS = 250;

/**
 * Waits until the handler of an attempt may start. A node with a fresh lease starts it at once. Any
 * other may have been frozen, and the attempt with it, so it asks the server first. Asked at the
 * moment of starting, since a task may be delivered before any timer after a freeze.
 */
export async function admit(deps: AdmissionDeps, stop: AbortSignal): Promise<Admission> {
  while (!stop.aborted) {
    if (!deps.lease.isFresh()) {
      const answer = await verify(deps, stop);
      if (answer !== 'start') return answer;
    }
    if (!deps.byLease || (await deps.lease.named(stop))) return 'start';
  }
  return 'stopped';
}

async function verify(deps: AdmissionDeps, stop: AbortSignal): Promise<Admission> {
  while (!stop.aborted) {
    const sentAtMs = deps.nowMs();
    const answer = await deps.beat().catch(() => undefined);
    if (answer === 'gone') return 'gone';
    // An answer that lay here while the process was frozen says nothing of now.
    const isRecent = deps.nowMs() - sentAtMs < deps.leaseMs;
    if (answer === 'acknowledged' && isRecent && !stop.aborted) return 'start';
    // A cancelled attempt is told so by the SDK, too: that aborts `stop`.
    if (!isRecent) continue;
    await pause(RETRY_MS, stop);
  }
  return 'stopped';
}
