import { expect, test } from 'vitest';
import { placeWaitedFor, waitOfLedger } from '../../src/client/waits-for.ts';

const job = { id: 'j', generation: 1 };
const ledgerWith = (wait: () => Promise<unknown>) => ({ ledger: { waitOf: wait } }) as never;

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
