import { describe, expect, test } from 'vitest';
import { NodeLease } from '../../../src/activities/node/node-lease.ts';
import type { BeatAnswer } from '../../../src/activities/node/send-beat.ts';
import type { LeaseBeat } from '../../../src/domain/node.ts';
import { eventually } from '../../support/eventually.ts';

const LEASE_MS = 60_000;
const BEAT: LeaseBeat = { incarnation: 'i', slotsUsed: 0, running: [] };
const NEVER = new AbortController().signal;

interface Sent {
  readonly token: string;
  readonly beat: unknown;
  readonly answer: (answer: BeatAnswer | Error) => void;
}

/** A lease whose server and clock the test plays. */
function played() {
  let now = 0;
  const sent: Sent[] = [];
  const events: string[] = [];
  let beat = BEAT;
  const lease = new NodeLease({
    leaseMs: LEASE_MS,
    nowMs: () => now,
    describe: () => beat,
    sendBeat: (token, details) =>
      new Promise((resolve, reject) => {
        const answer = (given: BeatAnswer | Error) =>
          given instanceof Error ? reject(given) : resolve(given);
        sent.push({ token: Buffer.from(token).toString(), beat: details, answer });
      }),
    events: {
      held: () => events.push('held'),
      stale: () => events.push('stale'),
      lost: () => events.push('lost'),
      superseded: () => events.push('superseded'),
    },
  });
  const hold = (token = 'one') => {
    const cancelled = new AbortController();
    const end = lease.hold({
      taskToken: Buffer.from(token),
      heartbeat: () => undefined,
      held: () => events.push(`held by ${token}`),
      signal: cancelled.signal,
    });
    end.catch(() => undefined);
    return { end, cancel: (why: string) => cancelled.abort(new Error(why)) };
  };
  return {
    lease,
    sent,
    events,
    hold,
    pass: (ms: number) => void (now += ms),
    say: (next: LeaseBeat) => void (beat = next),
    nth: (count: number) => eventually(() => sent[count - 1]),
  };
}

/** Lets what was answered take effect. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a lease', () => {
  test('is fresh from its first acknowledged beat on', async () => {
    const { lease, hold, nth, events } = played();
    hold();
    expect(lease.isFresh()).toBe(false);
    (await nth(1)).answer('acknowledged');
    await settled();
    expect(lease.isFresh()).toBe(true);
    expect(events).toEqual(['held by one', 'held']);
    lease.end({ handedBack: [] });
  });

  test('that a beat finds gone is lost, and not fresh, though its time is not over', async () => {
    const { lease, hold, nth, events } = played();
    const { end, cancel } = hold();
    (await nth(1)).answer('acknowledged');
    await settled();
    cancel('TIMED_OUT');
    (await nth(2)).answer('gone');
    await expect(end).rejects.toThrow('does not hold this lease');
    expect(lease.isFresh()).toBe(false);
    expect(events.slice(2)).toEqual(['lost']);
    lease.end({ handedBack: [] });
  });

  test('is told to be stale before it is told to be lost, when the process was frozen', async () => {
    const { lease, hold, nth, events, pass } = played();
    const { cancel } = hold();
    (await nth(1)).answer('acknowledged');
    await settled();
    pass(LEASE_MS);
    expect(lease.isFresh()).toBe(false);
    cancel('TIMED_OUT');
    (await nth(2)).answer('gone');
    await settled();
    expect(events.slice(2)).toEqual(['stale', 'lost']);
    lease.end({ handedBack: [] });
  });

  test('goes on over a beat without an answer', async () => {
    const { lease, hold, nth, events } = played();
    const { cancel } = hold();
    (await nth(1)).answer('acknowledged');
    await settled();
    cancel('TIMED_OUT');
    (await nth(2)).answer(new Error('away'));
    const named = lease.named(NEVER);
    (await nth(3)).answer('acknowledged');
    expect(await named).toBe(true);
    expect(events.slice(2)).toEqual([]);
    lease.end({ handedBack: [] });
  });

  test('that was cancelled is another process’s now', async () => {
    const { lease, hold, nth, events } = played();
    const { end } = hold();
    (await nth(1)).answer('cancelled');
    await expect(end).rejects.toThrow();
    expect(events).toEqual(['superseded']);
    lease.end({ handedBack: [] });
  });

  test('is held by the newest task', async () => {
    const { lease, hold, nth, sent } = played();
    const first = hold('one');
    (await nth(1)).answer('acknowledged');
    await settled();
    const second = hold('two');
    await expect(first.end).rejects.toThrow();
    (await nth(2)).answer('acknowledged');
    expect(sent.map(({ token }) => token)).toEqual(['one', 'two']);
    lease.end({ handedBack: [{ job: 'j', generation: 1, epoch: 2 }] });
    expect(await second.end).toEqual({ handedBack: [{ job: 'j', generation: 1, epoch: 2 }] });
  });

  test('ends at once, also while a beat is under way', async () => {
    const { lease, hold, nth } = played();
    const { end } = hold();
    await nth(1);
    lease.end({ handedBack: [] });
    expect(await end).toEqual({ handedBack: [] });
  });
});

describe('who asks for a beat', () => {
  test('gets one that was sent afterwards', async () => {
    const { lease, hold, nth, say, sent } = played();
    hold();
    const first = await nth(1);
    const running = [{ job: 'j', generation: 1, epoch: 1 }];
    say({ ...BEAT, slotsUsed: 1, running });
    const named = lease.named(NEVER);
    first.answer('acknowledged');
    (await nth(2)).answer('acknowledged');
    expect(await named).toBe(true);
    expect(sent[1]?.beat).toMatchObject({ running });
    lease.end({ handedBack: [] });
  });

  test('is told when the lease was lost instead', async () => {
    const { lease, hold, nth } = played();
    hold();
    (await nth(1)).answer('acknowledged');
    await settled();
    const named = lease.named(NEVER);
    (await nth(2)).answer('gone');
    expect(await named).toBe(false);
    lease.end({ handedBack: [] });
  });

  test('waits no longer than it wants', async () => {
    const { lease } = played();
    const stopping = new AbortController();
    const named = lease.named(stopping.signal);
    stopping.abort();
    expect(await named).toBe(false);
    expect(await lease.named(stopping.signal)).toBe(false);
  });
});
