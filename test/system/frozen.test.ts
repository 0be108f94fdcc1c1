import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';

describe('a job that was placed on a node which froze before it took it', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
      databaseUrl: inject('databaseUrl'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  // The ledger is shared with other files: each test has a pool, and names, of its own.
  const start = async (pool: string, name: string, ...flags: string[]) => {
    const node = await fleet.startNode(name, ['--pool', pool, ...flags]);
    await fleet.logged('node.lease_held', { from: name });
    return node;
  };

  /** Nothing was spent on the node that froze. */
  const ranOnlyOn = async (id: string, node: string) => {
    const view = await fleet.client.jobs.get(id);
    expect(view).toMatchObject({ state: 'succeeded', attemptCount: 1, failoverCount: 0 });
    expect(view.attempts).toMatchObject([{ epoch: 1, node, outcome: 'succeeded' }]);
  };
});
