import { describe, expect, test } from 'vitest';
import { createResourcesClient } from '../../src/client/resources.ts';

/** A client over a ledger that notes what it is asked, and whom Temporal was to tell. */
function resources(answers: Partial<Record<string, unknown>> = {}) {
  const asked: unknown[] = [];
  const told: string[] = [];
  const names = ['listResources', 'setResource', 'removeResource'] as const;
  const ledger = Object.fromEntries(
    names.map((name) => [
      name,
      (...args: unknown[]) => {
        asked.push([name, ...args]);
        return Promise.resolve(answers[name]);
      },
    ]),
  );
  const signal = (id: string) => (name: string) => {
    told.push(`${id} ${name}`);
    return id === 'job/gone' ? Promise.reject(new Error('gone')) : Promise.resolve();
  };
  const client = { workflow: { getHandle: (id: string) => ({ signal: signal(id) }) } };
  return { client: createResourcesClient({ client, ledger } as never), asked, told };
}

describe('resources', () => {
  test('are listed by pool', async () => {
    const { client, asked } = resources({ listResources: [] });
    expect(await client.list()).toEqual([]);
    await client.list({ pool: 'gpu' });
    expect(asked).toEqual([
      ['listResources', { pool: undefined }],
      ['listResources', { pool: 'gpu' }],
    ]);
  });

  test('tell the jobs that a new capacity is enough for, and those that are to ask for it', async () => {
    const granted = [
      { job: 'a', generation: 1 },
      { job: 'gone', generation: 1 },
      { job: 'b', generation: 2 },
    ];
    const strayed = [{ job: 'c', generation: 1 }];
    const { client, asked, told } = resources({ setResource: { granted, strayed } });
    expect(await client.set('gb', 64, { pool: 'gpu' })).toEqual({ granted: 3 });
    expect(asked).toEqual([['setResource', { name: 'gb', pool: 'gpu', capacity: 64 }]]);
    expect(told.sort()).toEqual([
      'job#2/b place_again',
      'job/a place_again',
      'job/c place_again',
      'job/gone place_again',
    ]);
  });

  test('are removed, or known not to be there', async () => {
    await resources({ removeResource: true }).client.remove('gb');
    await expect(resources({ removeResource: false }).client.remove('gb')).rejects.toMatchObject({
      code: 'resource_not_found',
      message: 'no resource of the fleet is called gb',
    });
  });

  test('are refused before anybody is asked', async () => {
    const { client, asked } = resources();
    const refused = { code: 'invalid_input' };
    await expect(client.set('', 1)).rejects.toMatchObject(refused);
    await expect(client.set('concurrency/x', 1)).rejects.toMatchObject(refused);
    await expect(client.set('gb', -1)).rejects.toMatchObject(refused);
    await expect(client.set('gb', 2 ** 31)).rejects.toMatchObject(refused);
    await expect(client.set('gb', 1, { pool: '' })).rejects.toMatchObject(refused);
    await expect(client.list({ pool: '' })).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  });
});
