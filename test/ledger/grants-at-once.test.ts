import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenJob } from '../../src/domain/activities.ts';
import { cancelled } from '../../src/domain/attempt.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { askGrant } from '../../src/ledger/grants.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { dropLimits } from '../../src/ledger/prune-limits.ts';
import { listResources, setResource } from '../../src/ledger/resources.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { asking, ending, resource } from './holders.ts';
import { opening, unique } from './records.ts';

// Of its own: what all jobs together hold is summed up.
let database: OwnDatabase;
let pools: ReturnType<typeof createPool>[] = [];

beforeAll(async () => {
  database = await ownDatabase();
  // Several orchestrators, with ten connections each.
  pools = [1, 2, 3].map(() => createPool(database.url));
  // All at once on a busy machine, a connection may be waited for.
  for (const pool of pools) Object.assign(pool.options, { connectionTimeoutMillis: 60_000 });
  await migrate(pools[0]!);
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

const JOBS = 60;

/** What is held of each resource that has been lowered never, with its capacity. */
async function overbooked(): Promise<string[]> {
  const all = await listResources(pools[0]!, {});
  return all.filter(({ held, capacity }) => held > capacity).map(({ name }) => name);
}

/** Everything that comes to jobs as they are told: by their timers, and by their signals. */
class Workflows {
  readonly opened = new Map<string, OpenJob>();
  readonly ended = new Set<string>();
  readonly seen: string[] = [];
  #asked = 0;

  #pool() {
    return pools[this.#asked++ % pools.length]!;
  }

  async run(job: OpenJob, isCancelled: boolean): Promise<void> {
    this.opened.set(job.spec.id, job);
    const opened = await openJob(this.#pool(), job);
    if (opened.kind !== 'opened') throw new Error(`not opened: ${opened.kind}`);
    if (isCancelled) return this.end(job, true);
    if (opened.awaitsGrant === true) await this.ask(job);
    else await this.end(job);
  }

  /** Only who is told asks again: a job that nobody tells would wait for ever. */
  async ask(job: OpenJob): Promise<void> {
    const { answer, granted } = await askGrant(this.#pool(), asking(job));
    await this.tell(granted);
    if (answer.kind === 'held') await this.end(job);
  }

  async end(job: OpenJob, isCancelled = false): Promise<void> {
    if (this.ended.has(job.spec.id)) return;
    this.ended.add(job.spec.id);
    this.seen.push(...(await overbooked()));
    const outcome = isCancelled ? cancelled('the job was cancelled') : undefined;
    const { granted } = await closeJob(this.#pool(), ending(job, outcome));
    await this.tell(granted);
  }

  async tell(granted: readonly { job: string }[] = []): Promise<void> {
    await Promise.all(granted.map(({ job }) => this.ask(this.opened.get(job)!)));
  }
}

it('grants all in the end, never too much, to many who come and go at once', async () => {
  const pool = pools[0]!;
  const [a, b, c] = [await resource(pool, 3), await resource(pool, 4), await resource(pool, 5)];
  const key = unique('key');
  const needs = [
    { resources: { [a]: 1, [b]: 2 } },
    { resources: { [b]: 1, [c]: 3 } },
    { resources: { [c]: 2, [a]: 1 } },
    { resources: { [a]: 2, [b]: 3, [c]: 4 } },
    { resources: { [b]: 1 }, concurrency: { key, limit: 2 } },
  ];
  const workflows = new Workflows();
  const jobs = Array.from({ length: JOBS }, (_, at) =>
    opening({ ...needs[at % needs.length]!, priority: 1 + (at % 3) }),
  );
  await Promise.all([
    ...jobs.map((job, at) => workflows.run(job, at % 11 === 10)),
    dropLimits(pool, 10),
    setResource(pools[1]!, { name: c, pool: undefined, capacity: 6 }).then(({ granted }) =>
      workflows.tell(granted.filter(({ job }) => workflows.opened.has(job))),
    ),
  ]);
  expect(workflows.seen).toEqual([]);
  expect(workflows.ended.size).toBe(JOBS);
  const { rows } = await pool.query('select * from holdfast.grants');
  expect(rows).toEqual([]);
});

it('keeps in the sum what open jobs hold, whoever closes them how often', async () => {
  const pool = pools[0]!;
  const name = await resource(pool, 5);
  const jobs = Array.from({ length: 12 }, () => opening({ resources: { [name]: 1 } }));
  await Promise.all(jobs.map((job) => openJob(pool, job)));
  const twice = [...jobs.slice(0, 4), ...jobs.slice(0, 4)];
  await Promise.all(twice.map((job, at) => closeJob(pools[at % 3]!, ending(job))));
  const { rows } = await pool.query<{ id: string }>(
    `select job_id as id from holdfast.grants where state = 'held' and resource = $1`,
    [name],
  );
  expect(rows).toHaveLength(5);
  const open = jobs.slice(4).map(({ spec }) => spec.id);
  expect(rows.filter(({ id }) => !open.includes(id))).toEqual([]);
  expect((await listResources(pool, { name }))[0]).toMatchObject({ held: 5, waiting: 3 });
});
