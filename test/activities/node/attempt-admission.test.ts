import { describe, expect, test } from 'vitest';
import type { AdmissionDeps } from '../../../src/activities/node/attempt-admission.ts';
import { admit } from '../../../src/activities/node/attempt-admission.ts';
import type { BeatAnswer } from '../../../src/activities/node/send-beat.ts';

const NEVER = new AbortController().signal;

/** Answers each call with the next of these, and the last for ever; an error is thrown. */
function inTurn<Answer>(...answers: (Answer | Error)[]) {
  let calls = 0;
  const next = (): Promise<Answer> => {
    const answer = answers[Math.min(calls++, answers.length - 1)]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { next, calls: () => calls };
}

const unasked = () => expect.unreachable('nobody asks for this');

function deps(given: Partial<AdmissionDeps>): AdmissionDeps {
  const lease = { isFresh: () => true, named: unasked };
  return { lease, beat: unasked, byLease: false, leaseMs: 5_000, nowMs: () => 0, ...given };
}

const stale = { isFresh: () => false, named: unasked };

describe('an attempt', () => {
  test('starts at once while the lease is fresh', async () => {
    expect(await admit(deps({}), NEVER)).toBe('start');
  });

  test('starts on a stale lease when the server acknowledges it', async () => {
    const { next, calls } = inTurn<BeatAnswer>(new Error('away'), 'acknowledged');
    expect(await admit(deps({ lease: stale, beat: next }), NEVER)).toBe('start');
    expect(calls()).toBe(2);
  });

  test('does not start when the server has given it up', async () => {
    const { next } = inTurn<BeatAnswer>('gone');
    expect(await admit(deps({ lease: stale, beat: next }), NEVER)).toBe('gone');
  });

  test('does not start on an answer that lay here during a freeze', async () => {
    let now = 0;
    const answers = inTurn<BeatAnswer>('acknowledged', 'gone');
    const beat = () => {
      if (answers.calls() === 0) now += 60_000;
      return answers.next();
    };
    expect(await admit(deps({ lease: stale, beat, nowMs: () => now }), NEVER)).toBe('gone');
  });

  test('does not start once it was stopped, whatever the server says', async () => {
    const stopping = new AbortController();
    const beat = (): Promise<BeatAnswer> => {
      stopping.abort();
      return Promise.resolve('acknowledged');
    };
    expect(await admit(deps({ lease: stale, beat }), stopping.signal)).toBe('stopped');
  });

  test('that was cancelled waits to be told so', async () => {
    const stopping = new AbortController();
    const beat = (): Promise<BeatAnswer> => {
      queueMicrotask(() => stopping.abort());
      return Promise.resolve('cancelled');
    };
    expect(await admit(deps({ lease: stale, beat }), stopping.signal)).toBe('stopped');
  });
});

describe('an attempt whose only sign of life is the lease', () => {
  test('starts when a beat that named it was acknowledged', async () => {
    const named = inTurn(true);
    const lease = { isFresh: () => true, named: named.next };
    expect(await admit(deps({ byLease: true, lease }), NEVER)).toBe('start');
    expect(named.calls()).toBe(1);
  });

  test('is verified itself when the lease was lost meanwhile', async () => {
    const named = inTurn(false);
    let isLost = false;
    const lease = {
      isFresh: () => !isLost,
      named: () => {
        isLost = true;
        return named.next();
      },
    };
    const { next } = inTurn<BeatAnswer>('gone');
    expect(await admit(deps({ byLease: true, lease, beat: next }), NEVER)).toBe('gone');
  });
});
