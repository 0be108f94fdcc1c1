import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { JobOutcome } from '../../src/domain/job.ts';
import type { Json } from '../../src/domain/json.ts';
import { PAYLOAD_LIMIT_BYTES } from '../../src/domain/json.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findJob } from '../../src/ledger/find-jobs.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

/** The value after its way through a job's input, its result, and its session's. */
async function roundTrip(value: Json): Promise<unknown[]> {
  const session = { id: unique('session'), index: 0 };
  const open = opening({ input: value, session });
  await openJob(pool, open);
  await closeJob(pool, closing(open, { state: 'succeeded', result: value }));
  const job = await findJob(pool, open.spec.id);
  const [slot] = await readReleased(pool, session.id, -1, 1);
  const reopened = await openJob(pool, open);
  const outcome = reopened.kind === 'closed' ? reopened.outcome : undefined;
  return [
    job?.input,
    job?.result,
    slot?.state === 'succeeded' ? slot.result : undefined,
    outcome?.state === 'succeeded' ? outcome.result : undefined,
  ];
}

describe('an input and a result', () => {
  it.each<[string, Json]>([
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['an empty text', ''],
    ['a text that looks like JSON', '{"a": null}'],
    ['a NUL', 'a\0b'],
    ['a NUL in a key', { 'a\0': 1 }],
    ['half a surrogate pair', '\ud800'],
    ['a swapped surrogate pair', ['\udc00\ud800']],
    ['a text that spells an escape', String.raw`\u0000 \ud800`],
    ['the largest and the smallest numbers', [Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 - 1]],
    ['a key named __proto__', JSON.parse('{"__proto__": {"a": 1}}') as Json],
    ['a thousand levels', JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as Json],
    ['as much as the limit allows', 'x'.repeat(PAYLOAD_LIMIT_BYTES - 2)],
  ])('survive as %s', async (_, value) => {
    expect(await roundTrip(value)).toEqual([value, value, value, value]);
  });

  it('survive whatever JSON can carry', async () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.nat(0xffff).map((c) => String.fromCharCode(c)),
    );
    const json = fc
      .jsonValue({ stringUnit: 'binary' })
      .chain((value) => fc.tuple(fc.constant(value), fc.array(unit)))
      .map(([value, units]) => JSON.parse(JSON.stringify([value, units.join('')])) as Json);
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        expect(await roundTrip(value)).toEqual([value, value, value, value]);
      }),
      { numRuns: 60 },
    );
  });

  it('keep the order of keys', async () => {
    const [input] = await roundTrip({ z: 1, a: { y: 1, b: 2 }, '1': 0 });
    expect(JSON.stringify(input)).toBe('{"1":0,"z":1,"a":{"y":1,"b":2}}');
  });

  it('tell null from nothing', async () => {
    const open = opening({ input: null });
    await openJob(pool, open);
    expect(await findJob(pool, open.spec.id)).toMatchObject({ input: null, result: undefined });
    await closeJob(pool, closing(open, { state: 'succeeded', result: null }));
    expect(await findJob(pool, open.spec.id)).toMatchObject({ input: null, result: null });
  });
});

describe('an error', () => {
  it('survives with NUL characters and halves of surrogate pairs', async () => {
    const open = opening();
    await openJob(pool, open);
    const outcome: JobOutcome = {
      state: 'failed',
      error: { code: 'job_failed', message: 'a\0b\ud800', name: '\0', stack: '\udfff' },
    };
    await closeJob(pool, closing(open, outcome));
    expect(await findJob(pool, open.spec.id)).toMatchObject(outcome);
  });
});
