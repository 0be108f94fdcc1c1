import { expect, test } from 'vitest';
import type { ManyAnswer, ManyItem, ManyOptions } from '../../src/client/submit-many.ts';
import { submitMany } from '../../src/client/submit-many.ts';
import { HoldfastError } from '../../src/domain/errors.ts';

const item = (id: number): ManyItem => ({ id: String(id), input: id });
const submitted = (id = 'none') => ({ id, generation: 1, isNew: true, warnings: [] });
const accept = ({ id }: ManyItem) => Promise.resolve(submitted(id));

async function collect(
  answers: AsyncIterable<ManyAnswer>,
  into: ManyAnswer[] = [],
): Promise<ManyAnswer[]> {
  for await (const answer of answers) into.push(answer);
  return into.sort((a, b) => a.index - b.index);
}

function* counting(count: number, read: { count: number }): Generator<ManyItem> {
  for (; read.count < count; read.count++) yield item(read.count);
}

test('answers each item, and names those that failed', async () => {
  const seen: number[] = [];
  const options: ManyOptions = {
    concurrency: 3,
    onProgress: ({ submitted: done, failed }) => seen.push(done + failed),
  };
  const refuse = ({ id }: ManyItem) =>
    id === '2'
      ? Promise.reject(new HoldfastError('job_exists', 'no'))
      : id === '3'
        ? Promise.reject(new TypeError('odd'))
        : accept(item(Number(id)));
  const answers = await collect(submitMany(refuse, counting(5, { count: 0 }), options));
  expect(answers).toMatchObject([
    { index: 0, id: '0', generation: 1, isNew: true },
    { index: 1, id: '1' },
    { index: 2, id: '2', error: { code: 'job_exists' } },
    { index: 3, id: '3', error: { code: 'internal', message: 'odd' } },
    { index: 4, id: '4' },
  ]);
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test('what is no item at all is told in its place', async () => {
  const items = [item(0), null as unknown as ManyItem];
  const read = ({ input, id }: ManyItem) => accept({ input, ...(id === undefined ? {} : { id }) });
  const answers = await collect(submitMany(read, items));
  expect(answers).toMatchObject([{ id: '0' }, { index: 1, id: undefined, error: {} }]);
});

test('reads no faster than submits go and answers are taken', async () => {
  const read = { count: 0 };
  let flying = 0;
  let most = 0;
  const submit = async ({ id }: ManyItem) => {
    most = Math.max(most, ++flying);
    await new Promise((resolve) => setImmediate(resolve));
    flying--;
    return submitted(id);
  };
  const answers = submitMany(submit, counting(1_000, read), { concurrency: 4 });
  expect(read.count).toBe(0);
  await answers.next();
  expect(read.count).toBeLessThanOrEqual(6);
  expect(await collect(answers)).toHaveLength(999);
  expect(most).toBe(4);
});

test('answers do not wait for a source that is slow', async () => {
  const source = async function* () {
    yield item(0);
    await new Promise(() => undefined);
  };
  const answers = submitMany(accept, source());
  expect((await answers.next()).value).toMatchObject({ index: 0, id: '0' });
});

test('a source that fails loses no answer of what it gave before', async () => {
  function* source() {
    yield item(0);
    yield item(1);
    throw new RangeError('the file ends in the middle');
  }
  const answers: ManyAnswer[] = [];
  await expect(collect(submitMany(accept, source()), answers)).rejects.toThrow('the file ends');
  expect(answers).toHaveLength(2);
});

test('a signal ends the reading, also where the source answers no more', async () => {
  const stop = new AbortController();
  let isClosed = false;
  const source = async function* () {
    try {
      yield item(0);
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      yield item(1);
    } finally {
      isClosed = true;
    }
  };
  const answers: ManyAnswer[] = [];
  const all = collect(submitMany(accept, source(), { signal: stop.signal }), answers);
  stop.abort(new Error('enough'));
  await expect(all).rejects.toThrow('enough');
  expect(answers.length).toBeLessThanOrEqual(1);
  await expect.poll(() => isClosed).toBe(true);
});

test('a reader that goes away closes the source', async () => {
  let isClosed = false;
  function* source() {
    try {
      yield* counting(100, { count: 0 });
    } finally {
      isClosed = true;
    }
  }
  for await (const answer of submitMany(accept, source(), { concurrency: 2 })) {
    if (answer.index === 3) break;
  }
  expect(isClosed).toBe(true);
});

test.each([0, 1.5, 1001])('a concurrency of %s is refused', async (concurrency) => {
  await expect(collect(submitMany(accept, [], { concurrency }))).rejects.toMatchObject({
    code: 'invalid_input',
  });
});
