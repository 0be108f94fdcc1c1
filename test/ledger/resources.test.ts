import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import {
  configureResources,
  listResources,
  removeResource,
  setResource,
} from '../../src/ledger/resources.ts';
import { end, resource } from './holders.ts';
import { opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const NOBODY = { granted: [], strayed: [] };

async function capacityOf(name: string): Promise<number | undefined> {
  return (await listResources(pool, { name }))[0]?.capacity;
}

describe('setResource', () => {
  it('grants what there is more of, and takes nothing back', async () => {
    const name = await resource(pool, 1);
    const [first, second, third] = [1, 1, 1].map((amount) =>
      opening({ resources: { [name]: amount } }),
    );
    for (const job of [first!, second!, third!]) await openJob(pool, job);
    expect(await setResource(pool, { name, pool: undefined, capacity: 2 })).toEqual({
      granted: [{ job: second!.spec.id, generation: 1 }],
      strayed: [],
    });
    expect(await setResource(pool, { name, pool: undefined, capacity: 1 })).toEqual(NOBODY);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ capacity: 1, held: 2 });
    expect(await end(pool, first!)).toEqual([]);
    expect(await end(pool, second!)).toEqual([third!.spec.id]);
  });
});

describe('configureResources', () => {
  it('sets a capacity when the configured one changes, and only then', async () => {
    const name = unique('res');
    const configure = (capacity: number) =>
      configureResources(pool, [{ name, pool: undefined, capacity }]);
    await configure(4);
    await setResource(pool, { name, pool: undefined, capacity: 6 });
    await configure(4);
    expect(await capacityOf(name)).toBe(6);
    await configure(5);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ capacity: 5 });
  });

  it('grants what it brings', async () => {
    const name = unique('res');
    const job = opening({ resources: { [name]: 1 } });
    await openJob(pool, job);
    const told = await configureResources(pool, [{ name, pool: undefined, capacity: 1 }]);
    expect(told).toEqual({ granted: [{ job: job.spec.id, generation: 1 }], strayed: [] });
    expect(await configureResources(pool, [])).toEqual(NOBODY);
  });
});

describe('removeResource', () => {
  it('is refused while a job holds some of it or waits for it', async () => {
    const name = await resource(pool, 1);
    const [first, second] = [1, 1].map((amount) => opening({ resources: { [name]: amount } }));
    await openJob(pool, first!);
    await openJob(pool, second!);
    await expect(removeResource(pool, { name, pool: undefined })).rejects.toMatchObject({
      code: 'resource_in_use',
      message: `resource ${name} cannot be removed: 1 jobs hold some of it, 1 wait for it`,
    });
    await end(pool, first!);
    await end(pool, second!);
    expect(await removeResource(pool, { name, pool: undefined })).toBe(true);
    expect(await removeResource(pool, { name, pool: undefined })).toBe(false);
  });
});
