import { expect, test } from 'vitest';
import { pinWarnings } from '../../src/client/pin-warnings.ts';

const node = (name: string, kinds: string[]) => ({ name, kinds });

/** A ledger with two nodes. */
function ledgerOf(nodes = [node('gpu-1', ['k', 'l']), node('cpu-1', ['k'])]) {
  const ledger = {
    findNode: (name: string) => Promise.resolve(nodes.find((each) => each.name === name)),
    listNodes: () => Promise.resolve(nodes),
  };
  return ledger as unknown as Parameters<typeof pinWarnings>[0];
}

test('a job without a pin asks nothing', async () => {
  expect(await pinWarnings(undefined as never, { kind: 'k' })).toEqual([]);
});

test('a node that has registered and runs the kind is no cause for a warning', async () => {
  expect(await pinWarnings(ledgerOf(), { kind: 'k', pin: { node: 'gpu-1' } })).toEqual([]);
});

test('a node that nobody knows is named with the nearest one', async () => {
  expect(await pinWarnings(ledgerOf(), { kind: 'k', pin: { node: 'gpu-9' } })).toEqual([
    'no node gpu-9 is registered; did you mean gpu-1?',
  ]);
  expect(await pinWarnings(ledgerOf([]), { kind: 'k', pin: { node: 'gpu-9' } })).toEqual([
    'no node gpu-9 is registered',
  ]);
});

test('a node that does not run the kind is told with what it runs', async () => {
  expect(await pinWarnings(ledgerOf(), { kind: 'm', pin: { node: 'gpu-1' } })).toEqual([
    'node gpu-1 does not run kind "m"; it runs: k, l',
  ]);
});

test('a ledger that is away, or too slow, warns of nothing', async () => {
  const away = { findNode: () => Promise.reject(new Error('away')) } as never;
  expect(await pinWarnings(away, { kind: 'k', pin: { node: 'n' } })).toEqual([]);
  const slow = { findNode: () => new Promise(() => undefined) } as never;
  expect(await pinWarnings(slow, { kind: 'k', pin: { node: 'n' } })).toEqual([]);
});
