import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../../../dist/handlers/define-job.js';
import type { NodeOptions } from '../../../dist/workers/node/start-node.js';
import { startNode } from '../../../dist/workers/node/start-node.js';

// Nothing listens on port 1, so no node of these tests ever starts.
const NOWHERE = { address: '127.0.0.1:1' };

const job = (kind: string, pool: string) =>
  defineJob({ kind, pool, input: z.object({}), run: () => null });

const handlerFile = fileURLToPath(new URL('./fixtures/handlers.mjs', import.meta.url));

const start = (options: Partial<Record<keyof NodeOptions, unknown>> = {}) =>
  startNode({
    name: 'n1',
    pool: 'test',
    jobs: handlerFile,
    log: pino({ level: 'silent' }),
    temporal: NOWHERE,
    ...options,
  } as NodeOptions);

describe('a node does not start', () => {
  test.each([
    [{ name: '' }, 'name: expected a text of 1 to 200 printable characters, got ""'],
    [{ slots: 0 }, 'slots: expected a whole number from 1, got 0'],
    [{ jobs: 5 }, 'jobs: expected the path of a handler file, or an array of definitions, got 5'],
    [{ lease: '500ms' }, 'lease: expected a duration from 1s, got "500ms"'],
    [{ labels: { gpu: 1 } }, 'labels.gpu: expected a text, got 1'],
    [{ spool: { dir: '' } }, 'spool.dir: expected the path of a folder, got ""'],
    [{ spool: { maxBytes: 0 } }, 'spool.maxBytes: expected a whole number from 1, got 0'],
    [{ spool: { maxCount: 1.5 } }, 'spool.maxCount: expected a whole number from 1, got 1.5'],
    [{ isolation: 'fork' }, 'isolation: expected "thread" or "inline", got "fork"'],
    [
      { jobs: [job('a', 'test')], isolation: 'thread' },
      'isolation: expected "inline" for definitions, got "thread"',
    ],
  ])('with the options %o', async (options, message) => {
    await expect(start(options)).rejects.toMatchObject({ code: 'invalid_input', message });
  });

  test('with a handler file that is not there', async () => {
    await expect(start({ jobs: 'no/such.mjs' })).rejects.toMatchObject({
      code: 'handler_file_failed',
      message: 'handler file no/such.mjs: there is no such file',
    });
  });

  test.each(['thread', 'inline'])(
    'without a server, and says where it looked (%s)',
    async (isolation) => {
      await expect(start({ isolation })).rejects.toMatchObject({
        code: 'temporal_unavailable',
        message: 'Temporal at 127.0.0.1:1, namespace default: Connection refused',
        hint: expect.stringContaining('holdfast dev') as unknown,
      });
    },
  );
});

test('kinds of other pools are warned of once', async () => {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) });
  const jobs = [job('a', 'test'), job('b', 'gpu'), job('c', 'cpu')];
  await expect(start({ jobs, log })).rejects.toThrow();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 40,
      msg: 'node.other_pools',
      node: 'n1',
      pool: 'test',
      kindsOfOtherPools: ['b (pool gpu)', 'c (pool cpu)'],
    },
  ]);
});
