import { expect, test, vi } from 'vitest';
import { followSession } from '../../src/client/follow-session.ts';
import { SessionWatch } from '../../src/client/session-watch.ts';
import { HoldfastError } from '../../src/domain/errors.ts';
import type { SessionItem } from '../../src/domain/session.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';

/** A ledger with one session whose indexes are released by the test. */
class FakeLedger {
  cursor = -1;
  count: number | undefined;
  isHeard = true;
  isAway = false;
  listening = 0;
  readonly heads = vi.fn(() => this.#answer([{ id: 's', cursor: this.cursor, count: this.count }]));
  readonly pages: number[] = [];
  #tell: (id: string) => void = () => undefined;

  get ledger(): Ledger {
    const rules = { id: 's', skipAfterMs: undefined, isStrict: false };
    const ledger = {
      findSession: () => this.#answer({ ...rules, cursor: this.cursor, count: this.count }),
      readReleased: (_id: string, after: number, limit: number) => {
        this.pages.push(after);
        return this.#answer(this.#released(after, limit));
      },
      sessionHeads: this.heads,
      listenToSessions: (onNews: (id: string) => void) => {
        this.listening++;
        this.#tell = onNews;
        const close = () => Promise.resolve(void this.listening--);
        return { isHeard: () => this.isHeard, close };
      },
    };
    return ledger as unknown as Ledger;
  }

  release(upTo: number, { told = true } = {}): void {
    this.cursor = upTo;
    if (told) this.#tell('s');
  }

  #released(after: number, limit: number): SessionItem[] {
    const length = Math.min(limit, this.cursor - after);
    return Array.from({ length }, (_, n) => {
      const index = after + 1 + n;
      return { index, job: `j${index}`, state: 'succeeded', result: index };
    });
  }

  #answer<Answer>(answer: Answer): Promise<Answer> {
    if (this.isAway) return Promise.reject(new HoldfastError('ledger_unavailable', 'away'));
    return Promise.resolve(answer);
  }
}

function reader(fake: FakeLedger, options: Parameters<typeof followSession>[3] = {}) {
  const watch = new SessionWatch(fake.ledger);
  const items = followSession(fake.ledger, watch, 's', options);
  const next = async () => (await items.next()).value?.index;
  return { watch, items, next };
}

test('news makes a reader look; it sees each index once, in order, until the end', async () => {
  const fake = new FakeLedger();
  const { next } = reader(fake);
  const first = next();
  await vi.waitFor(() => expect(fake.heads).toHaveBeenCalled());
  fake.release(1);
  expect([await first, await next()]).toEqual([0, 1]);
  const third = next();
  fake.count = 3;
  fake.release(2);
  expect([await third, await next()]).toEqual([2, undefined]);
  await vi.waitFor(() => expect(fake.listening).toBe(0));
});

test('where no news is heard, a poll finds what was released', async () => {
  const fake = new FakeLedger();
  fake.isHeard = false;
  const { next, items } = reader(fake);
  const first = next();
  await vi.waitFor(() => expect(fake.heads.mock.calls.length).toBeGreaterThan(2));
  fake.release(0, { told: false });
  expect(await first).toBe(0);
  await items.return();
});

test('readers of a client share one listener and one look', async () => {
  const fake = new FakeLedger();
  const watch = new SessionWatch(fake.ledger);
  const readers = [1, 2, 3].map(() => followSession(fake.ledger, watch, 's'));
  const firsts = readers.map((items) => items.next());
  await vi.waitFor(() => expect(fake.heads).toHaveBeenCalled());
  fake.release(0);
  expect((await Promise.all(firsts)).map(({ value }) => value?.index)).toEqual([0, 0, 0]);
  expect(fake.listening).toBe(1);
  expect(fake.heads.mock.calls.every(([...args]) => args.length <= 1)).toBe(true);
  await Promise.all(readers.map((items) => items.return()));
  await vi.waitFor(() => expect(fake.listening).toBe(0));
});

test('nothing is asked while a reader deals with an item', async () => {
  const fake = new FakeLedger();
  fake.isHeard = false;
  fake.release(0, { told: false });
  const { next, items } = reader(fake);
  expect(await next()).toBe(0);
  expect({ heads: fake.heads.mock.calls.length, pages: fake.pages }).toEqual({
    heads: 0,
    pages: [-1],
  });
  await items.return();
});

test('a reader goes on when the ledger was away', async () => {
  const fake = new FakeLedger();
  const { next, items } = reader(fake);
  const first = next();
  await vi.waitFor(() => expect(fake.heads).toHaveBeenCalled());
  fake.isAway = true;
  fake.release(0);
  await vi.waitFor(() => expect(fake.heads.mock.calls.length).toBeGreaterThan(2));
  fake.isAway = false;
  expect(await first).toBe(0);
  await items.return();
});

test('another error of the ledger ends the reader', async () => {
  const fake = new FakeLedger();
  fake.heads.mockRejectedValue(new HoldfastError('internal', 'broken'));
  await expect(reader(fake).next()).rejects.toThrow('broken');
  await vi.waitFor(() => expect(fake.listening).toBe(0));
});

test('the reason of the signal is thrown, and the close of the client tells itself', async () => {
  const fake = new FakeLedger();
  const stop = new AbortController();
  const { next } = reader(fake, { signal: stop.signal });
  const first = next();
  await vi.waitFor(() => expect(fake.heads).toHaveBeenCalled());
  stop.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');

  const other = reader(fake);
  const waiting = expect(other.next()).rejects.toThrow('the client was closed');
  await vi.waitFor(() => expect(fake.listening).toBe(1));
  await other.watch.close();
  await waiting;
  expect(fake.listening).toBe(0);
  await expect(followSession(fake.ledger, other.watch, 's').next()).rejects.toThrow('was closed');
});

test('without follow it ends at what is released now, in pages, and listens to nothing', async () => {
  const fake = new FakeLedger();
  fake.release(450, { told: false });
  const { items } = reader(fake, { follow: false, after: 49 });
  const indexes: number[] = [];
  for await (const { index } of items) indexes.push(index);
  expect(indexes).toEqual(Array.from({ length: 401 }, (_, n) => 50 + n));
  expect(fake.pages).toEqual([49, 249, 449]);
  expect(fake.heads).not.toHaveBeenCalled();
});

test.each([
  [7, undefined, 'after: expected at most 6 (the last that session s has released), got 7'],
  [20, 10, 'after: expected at most 6 (the last that session s has released), got 20'],
  [-2, undefined, 'after: expected a whole number from -1, got -2'],
  [0.5, undefined, 'after: expected a whole number from -1, got 0.5'],
])('a reader that is ahead of the session is refused: %s of %s', async (after, count, message) => {
  const fake = new FakeLedger();
  fake.release(6, { told: false });
  fake.count = count;
  await expect(reader(fake, { after }).next()).rejects.toMatchObject({
    code: 'invalid_input',
    message,
  });
});
