import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { ensureNamespace } from '../../../dist/dev/ensure-namespace.js';
import type { Dispatch } from '../../../dist/domain/activities.js';
import { nodeQueue, poolQueue } from '../../../dist/domain/queues.js';
import { defineJob } from '../../../dist/handlers/define-job.js';
import type { RunningNode } from '../../../dist/workers/node/start-node.js';
import { startNode } from '../../../dist/workers/node/start-node.js';
import { eventually } from '../../support/eventually.ts';

const namespace = `test-${randomUUID().slice(0, 8)}`;

/** A handler that ends when it is told to, and counts how many of it run. */
const played = {
  running: 0,
  most: 0,
  order: [] as string[],
  release: undefined as (() => void) | undefined,
};

const work = defineJob({
  kind: 'work',
  pool: 'test',
  input: z.object({ hold: z.boolean() }),
  async run({ hold }, { job }) {
    played.most = Math.max(played.most, ++played.running);
    played.order.push(job);
    await new Promise<void>((resolve) => {
      if (hold) played.release = resolve;
      else setTimeout(resolve, 5);
    });
    played.running--;
    return job;
  },
});

// A mixed load comes without workflows: as activities of their own.
describe('a node with one slot and two queues', () => {
  let node: RunningNode;
  let client: Client;
  let connection: Connection;
  beforeAll(async () => {
    const address = inject('temporalAddress');
    await ensureNamespace(address, namespace);
    connection = await Connection.connect({ address });
    client = new Client({ connection, namespace });
    node = await startNode({
      name: 'one',
      pool: 'test',
      jobs: [work],
      slots: 1,
      temporal: { address, namespace },
      shutdownGrace: '0ms',
      log: pino({ level: 'silent' }),
    });
  });
  afterAll(async () => {
    await node.stop();
    await connection.close();
  });

  const queues = () => ({ pool: poolQueue('test'), own: nodeQueue('one', node.incarnation) });

  const dispatch = (
    job: string,
    taskQueue: string,
    { hold = false, maximumAttempts = Infinity, startWithinMs = 600_000 } = {},
  ) => {
    const args: [Dispatch] = [
      { job, generation: 1, epoch: 1, kind: 'work', pool: 'test', input: { hold } },
    ];
    return client.activity.start('runJob', {
      id: `${job}-${randomUUID()}`,
      taskQueue,
      args,
      scheduleToStartTimeout: startWithinMs,
      startToCloseTimeout: '60s',
      heartbeatTimeout: '10s',
      retry: { initialInterval: '50ms', backoffCoefficient: 1, maximumAttempts },
    });
  };

  test('runs one at a time, and lets neither queue wait for the other to be empty', async () => {
    const { pool, own } = queues();
    played.most = 0;
    played.order = [];
    const count = 20;
    const names = Array.from({ length: count }, (_each, index) => index);
    const handles = await Promise.all(
      names.flatMap((n) => [dispatch(`pool-${n}`, pool), dispatch(`own-${n}`, own)]),
    );
    await Promise.all(handles.map((handle) => handle.result()));
    expect(played.most).toBe(1);
    expect(played.order).toHaveLength(2 * count);
    const half = played.order.slice(0, count);
    for (const queue of ['pool-', 'own-']) {
      expect(half.filter((job) => job.startsWith(queue)).length).toBeGreaterThanOrEqual(3);
    }
  });

  test('an idle queue does not keep the other from its slot', async () => {
    for (const queue of Object.values(queues())) {
      for (let n = 0; n < 5; n++) await (await dispatch(`alone-${n}`, queue)).result();
    }
  });

  test('hands back at most one task of each queue while its slot is taken', async () => {
    const { pool, own } = queues();
    played.most = 0;
    const long = await dispatch('long', pool, { hold: true });
    const release = await eventually(() => played.release);
    const extra = await dispatch('extra', own, { maximumAttempts: 1, startWithinMs: 5_000 });
    // Its queue is polled no more if the job before it there ended just before the long one began.
    await expect(extra.result()).rejects.toSatisfy(
      ({ cause }: { cause: { type?: string; timeoutType?: string } }) =>
        cause.type === 'handed_back' || cause.timeoutType === 'SCHEDULE_TO_START',
    );
    // Nobody polls any more: these wait on the server, and no try of theirs is spent.
    const waiting = await Promise.all(
      [own, pool].map((queue) => dispatch('waiting', queue, { maximumAttempts: 1 })),
    );
    release();
    await long.result();
    await Promise.all(waiting.map((handle) => handle.result()));
    expect(played.most).toBe(1);
  });
});
