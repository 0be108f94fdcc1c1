import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeJob } from '../../src/ledger/close-job.ts';
import type { JobFilter } from '../../src/ledger/find-jobs.ts';
import { findJob, listJobs, openedWorkflows } from '../../src/ledger/find-jobs.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const idsOf = async (filter: Partial<JobFilter>): Promise<string[]> =>
  (await listJobs(pool, { limit: 100, ...filter })).jobs.map(({ id }) => id);

interface Row {
  readonly id: string;
  readonly generation: number;
  /** Microseconds after the Unix epoch. */
  readonly openedAt: number;
}

async function insert(kind: string, rows: readonly Row[]): Promise<void> {
  await pool.query(
    `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, opened_at)
     select id, generation, 'w', 'r', $1, 'test', 'null',
            timestamptz 'epoch' + at * interval '1 microsecond'
     from unnest($2::text[], $3::int[], $4::bigint[]) as row(id, generation, at)`,
    [
      kind,
      rows.map(({ id }) => id),
      rows.map(({ generation }) => generation),
      rows.map(({ openedAt }) => openedAt),
    ],
  );
}

describe('findJob', () => {
  it('finds nothing for an unknown id', async () => {
    expect(await findJob(pool, unique('job'))).toBeUndefined();
  });
});

describe('openedWorkflows', () => {
  it('answers those of the workflows that are on record, each generation by itself', async () => {
    const [known, unknown] = [opening(), opening()];
    await openJob(pool, known);
    const next = opening({}, { id: known.spec.id, generation: 2 });
    const asked = [known, unknown, next, known].map(({ workflowId }) => workflowId);
    expect(await openedWorkflows(pool, asked)).toEqual(new Set([known.workflowId]));
    await openJob(pool, next);
    const both = [known.workflowId, next.workflowId];
    expect(await openedWorkflows(pool, asked)).toEqual(new Set(both));
    expect(await openedWorkflows(pool, [])).toEqual(new Set());
  });
});

describe('listJobs', () => {
  it('lists the newest first', async () => {
    const kind = unique('kind');
    const at = (id: string, openedAt: number) => ({ id: `${kind}/${id}`, generation: 1, openedAt });
    await insert(kind, [at('old', 1), at('new', 3), at('middle', 2)]);
    expect(await idsOf({ kind })).toEqual(['new', 'middle', 'old'].map((id) => `${kind}/${id}`));
  });

  it('selects by state, kind, pool and session, and by all of them together', async () => {
    const session = unique('session');
    const [kind, otherKind] = [unique('kind'), unique('kind')];
    const [gpu, cpu] = [unique('pool'), unique('pool')];
    const open = opening({ kind, pool: gpu, session: { id: session, index: 0 } });
    const done = opening({ kind, pool: cpu, session: { id: session, index: 1 } });
    const other = opening({ kind: otherKind, pool: cpu });
    for (const each of [open, done, other]) await openJob(pool, each);
    await closeJob(pool, closing(done));
    const [openId, doneId, otherId] = [open, done, other].map(({ spec }) => spec.id);

    expect(new Set(await idsOf({ kind }))).toEqual(new Set([openId, doneId]));
    expect(new Set(await idsOf({ pool: cpu }))).toEqual(new Set([doneId, otherId]));
    expect(new Set(await idsOf({ session }))).toEqual(new Set([openId, doneId]));
    expect(await idsOf({ kind, state: 'open' })).toEqual([openId]);
    expect(await idsOf({ pool: cpu, state: 'succeeded' })).toEqual([doneId]);
    expect(await idsOf({ state: 'succeeded', kind, pool: cpu, session })).toEqual([doneId]);
    expect(await idsOf({ state: 'failed', kind, pool: cpu, session })).toEqual([]);
    expect(await idsOf({ kind: `${kind}%` })).toEqual([]);
  });

  it('gives a cursor only where more jobs follow', async () => {
    const kind = unique('kind');
    const rows = [1, 2, 3].map((n) => ({ id: `${kind}/${n}`, generation: 1, openedAt: n }));
    await insert(kind, rows);
    expect((await listJobs(pool, { kind, limit: 2 })).cursor).toBeDefined();
    expect((await listJobs(pool, { kind, limit: 3 })).cursor).toBeUndefined();
    expect((await listJobs(pool, { kind, limit: 4 })).cursor).toBeUndefined();
    expect(await listJobs(pool, { kind: unique('kind'), limit: 1 })).toEqual({
      jobs: [],
      cursor: undefined,
    });
  });

  it('goes on after the cursor when newer jobs have come in between', async () => {
    const kind = unique('kind');
    const at = (n: number) => ({ id: `${kind}/${n}`, generation: 1, openedAt: n });
    await insert(kind, [1, 2, 3].map(at));
    const { cursor } = await listJobs(pool, { kind, limit: 1 });
    await insert(kind, [at(4)]);
    expect(await idsOf({ kind, cursor: cursor ?? '' })).toEqual([`${kind}/2`, `${kind}/1`]);
  });

  it('gives the whole list without a gap or a repeat, read in pages of any size', async () => {
    // Few different times, a microsecond apart, so that ids and generations have to decide.
    const row = fc.record({
      id: fc.oneof(
        fc.constantFrom('a', 'B', 'b', 'a/b', 'ä', 'z', '_', '-'),
        fc
          .string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
          .filter((id) => !id.includes('\0')),
      ),
      generation: fc.integer({ min: 1, max: 3 }),
      openedAt: fc.nat(3).map((n) => 1_763_738_262_123_456 + n),
    });
    const rows = fc.uniqueArray(row, {
      selector: ({ id, generation }) => JSON.stringify([id, generation]),
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (given, limit) => {
        const kind = unique('kind');
        await insert(
          kind,
          given.map((each) => ({ ...each, id: `${kind}/${each.id}` })),
        );
        const whole = (await listJobs(pool, { kind, limit: 100 })).jobs;
        expect(whole).toHaveLength(given.length);
        const read: (typeof whole)[number][] = [];
        let cursor: string | undefined;
        do {
          const page = await listJobs(pool, {
            kind,
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          });
          expect(page.jobs.length).toBe(Math.min(limit, given.length - read.length));
          read.push(...page.jobs);
          ({ cursor } = page);
        } while (cursor !== undefined);
        expect(read).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });
});
