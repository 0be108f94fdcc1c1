import { expect, test } from 'vitest';
import type { Connections } from '../../src/client/connections.ts';
import { pendingJobs } from '../../src/client/pending-jobs.ts';

const wait = (job: string, since: number) => ({
  job,
  generation: 1,
  pool: 'p',
  kind: 'k',
  node: 'n',
  why: 'node n is offline',
  since,
});

/** A fleet with jobs that wait by the ledger, and with other open jobs that are gone when looked at. */
function fleetWith(waits: object[], open: string[]): Connections & { queries: string[] } {
  const queries: string[] = [];
  const workflow = {
    // eslint-disable-next-line @typescript-eslint/require-await -- the client's list is one
    list: async function* ({ query }: { query: string }) {
      queries.push(query);
      for (const id of open) yield { workflowId: `job/${id}` };
    },
  };
  const listWaits = ({ limit }: { limit: number }) => Promise.resolve(waits.slice(0, limit));
  const fleet = { client: { workflow }, ledger: { listWaits }, place: {}, queries };
  return fleet as unknown as Connections & { queries: string[] };
}

test('jobs that the ledger knows to wait are told, those that wait longest first', async () => {
  const fleet = fleetWith([wait('late', 9), wait('early', 5)], ['late', 'early']);
  const { jobs, hasMore } = await pendingJobs(fleet, { pool: 'p' });
  expect(jobs.map(({ id }) => id)).toEqual(['early', 'late']);
  expect(jobs[0]).toMatchObject({
    waitsFor: 'node',
    node: 'n',
    since: new Date(5),
    until: undefined,
  });
  expect(hasMore).toBe(false);
  expect(fleet.queries[0]).toContain("HoldfastPool = 'p'");
});

test('what is over the limit is told to be there', async () => {
  const { jobs, hasMore } = await pendingJobs(fleetWith([wait('a', 1), wait('b', 2)], []), {
    limit: 1,
  });
  expect({ ids: jobs.map(({ id }) => id), hasMore }).toEqual({ ids: ['a'], hasMore: true });
});

test.each([0, 1001, 1.5])('a limit of %s is refused', async (limit) => {
  await expect(pendingJobs(fleetWith([], []), { limit })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});
