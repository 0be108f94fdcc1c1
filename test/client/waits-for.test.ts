import { expect, test } from 'vitest';
import { placeWaitedFor, waitOfLedger } from '../../src/client/waits-for.ts';

const job = { id: 'j', generation: 1 };
const ledgerWith = (wait: () => Promise<unknown>) =>
  ({ ledger: { waitOf: wait, grantOf: () => Promise.resolve(undefined) } }) as never;

test('a job waits for a certain node, for a slot, or for any node of its pool', () => {
  expect(placeWaitedFor({ node: 'n', why: 'node n is offline' })).toBe('node');
  expect(placeWaitedFor({ node: undefined, why: 'no node of pool p has a free slot' })).toBe(
    'slot',
  );
  expect(placeWaitedFor({ node: undefined, why: 'no node of pool p runs kind "k" now' })).toBe(
    'pool',
  );
});

test('a wait that is on record is for a place, without end where it has none', async () => {
  const why = 'node n is offline';
  const connections = ledgerWith(() => Promise.resolve({ node: 'n', why }));
  expect(await waitOfLedger(connections, job, { since: 1, until: null, why })).toEqual({
    waitsFor: 'node',
    why,
    node: 'n',
    since: new Date(1),
    until: undefined,
  });
});

test('any other wait is for a time, also when the ledger is away', async () => {
  const phase = { since: 1, until: 5, why: 'retry after a failure: no' };
  const expected = { waitsFor: 'backoff', why: phase.why, node: undefined, until: new Date(5) };
  for (const waitOf of [
    () => Promise.resolve(undefined),
    () => Promise.resolve({ why: 'an earlier wait' }),
    () => Promise.reject(new Error('away')),
  ]) {
    expect(await waitOfLedger(ledgerWith(waitOf), job, phase)).toMatchObject(expected);
  }
});

test('a wait without an end is no backoff, even when the ledger does not say so', async () => {
  const away = ledgerWith(() => Promise.reject(new Error('away')));
  expect(await waitOfLedger(away, job, { since: 1, why: 'no node' })).toMatchObject({
    waitsFor: 'pool',
    until: undefined,
  });
});

test('a wait for a time or a turn is told by its words', async () => {
  const asked = () => Promise.reject(new Error('asked for a grant'));
  const connections = { ledger: { waitOf: () => Promise.resolve(undefined), grantOf: asked } };
  const waits = {
    rate: { since: 1, until: 9, why: 'waits for its rate: at most 2 jobs of k start within 1 s' },
    turn: { since: 1, why: 'waits for its turn: an index before 3 of session s is not closed' },
  };
  for (const [waitsFor, phase] of Object.entries(waits)) {
    expect(await waitOfLedger(connections as never, job, phase)).toMatchObject({ waitsFor });
  }
});

test('a wait for resources has the place in the queue as it is now', async () => {
  const grantOf = (why: string) => ({
    ledger: {
      waitOf: () => Promise.resolve(undefined),
      grantOf: () => Promise.resolve({ state: 'waiting', words: why }),
    },
  });
  const why = 'waits for 8 of gb, of which 60 of 64 are held: 4th in the queue';
  const now = why.replace('4th', '2nd');
  const phase = { since: 1, until: null, why };
  const expected = { waitsFor: 'resource', since: new Date(1), until: undefined, node: undefined };
  expect(await waitOfLedger(grantOf(now) as never, job, phase)).toEqual({ ...expected, why: now });
  const away = ledgerWith(() => Promise.reject(new Error('away')));
  expect(await waitOfLedger(away, job, phase)).toEqual({ ...expected, why });
  for (const words of [
    'waits for resource x, which nobody has configured: holdfast resources set x …',
    'asks for 80 of gpu-mem-gb, of which there are only 64',
  ]) {
    expect(await waitOfLedger(away, job, { since: 1, why: words })).toMatchObject(expected);
  }
});

test('a job that holds what it needs waits for a place', async () => {
  const why = 'node n is offline';
  const held = {
    ledger: {
      waitOf: () => Promise.resolve({ node: 'n', why }),
      grantOf: () => Promise.resolve({ state: 'held', words: undefined }),
    },
  };
  const wait = await waitOfLedger(held as never, job, { since: 1, why });
  expect(wait).toMatchObject({ waitsFor: 'node', node: 'n' });
});
