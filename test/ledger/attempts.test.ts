import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { AttemptRecord } from '../../src/domain/attempt.ts';
import { findAttempts } from '../../src/ledger/attempts.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { attempt, closing, opening } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function stored(attempts: readonly AttemptRecord[]): Promise<AttemptRecord[]> {
  const open = opening();
  await openJob(pool, open);
  expect(await findAttempts(pool, open.spec.id, 1)).toEqual([]);
  await closeJob(pool, closing(open, undefined, attempts));
  return findAttempts(pool, open.spec.id, 1);
}

describe('findAttempts', () => {
  it('gives back what was not known as unknown', async () => {
    const unknown = attempt({ node: undefined, reason: undefined, startedAt: undefined });
    expect(await stored([unknown])).toEqual([unknown]);
  });

  it.each<AttemptRecord['outcome']>(['succeeded', 'failed', 'lost', 'handed_back', 'cancelled'])(
    'gives back an attempt that ended as %s',
    async (outcome) => {
      expect(await stored([attempt({ outcome })])).toEqual([attempt({ outcome })]);
    },
  );

  it.each(['', 'NULL', 'null', '{}', '{a,b}', '"', '\\', '\\"', "'", 'a\nb', ' x ', '😀', '$1'])(
    'gives back the reason and the node %j letter by letter',
    async (text) => {
      const odd = attempt({ reason: text, node: text });
      expect(await stored([odd])).toEqual([odd]);
    },
  );

  it('gives back what an attempt of a schedule said of itself', async () => {
    const told = attempt({
      incarnation: 'i1',
      beatAt: 1_763_738_262_999,
      rowsAffected: 3_000_000_000,
      summary: '{"rows":"\\u0000"}',
      code: 'lease_lost',
    });
    expect(await stored([told])).toStrictEqual([told]);
  });

  it('gives them back in the order of their epoch, to the millisecond', async () => {
    const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    const record = fc.record({
      epoch: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      node: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
      outcome: fc.constantFrom<AttemptRecord['outcome']>('lost', 'failed', 'succeeded'),
      reason: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
      startedAt: fc.option(time, { nil: undefined }),
      endedAt: time,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(record, { selector: ({ epoch }) => epoch, maxLength: 20 }),
        async (attempts) => {
          expect(await stored(attempts)).toEqual(attempts.toSorted((a, b) => a.epoch - b.epoch));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps the attempts of two generations of a job apart', async () => {
    const first = opening();
    const second = opening({}, { id: first.spec.id, generation: 2 });
    for (const open of [first, second]) {
      await openJob(pool, open);
      const node = `n${open.spec.generation}`;
      await closeJob(pool, closing(open, undefined, [attempt({ node })]));
    }
    expect(await findAttempts(pool, first.spec.id, 1)).toMatchObject([{ node: 'n1' }]);
    expect(await findAttempts(pool, first.spec.id, 2)).toMatchObject([{ node: 'n2' }]);
  });
});
