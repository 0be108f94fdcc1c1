import type { Client } from '@temporalio/client';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { deliverLate } from '../../../src/workers/node/deliver-late.ts';
import { lateOf } from './late-results.ts';

const { workflowId, late } = lateOf('a');
const NOT_FOUND = new WorkflowNotFoundError('workflow execution already completed', workflowId, '');

const failed = (code: number, details: string) =>
  new ServiceError('Failed to signal Workflow', {
    cause: Object.assign(new Error(details), { code, details, metadata: {} }),
  });

/** A client that answers so: with an error when there is one. */
function clientOf(onSignal?: Error, onStart?: Error) {
  const calls: unknown[] = [];
  const answer = (call: unknown, error: Error | undefined) => {
    calls.push(call);
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  const workflow = {
    getHandle: (id: string) => ({
      signal: (name: string, argument: unknown) => answer({ id, name, argument }, onSignal),
    }),
    signalWithStart: (type: string, options: object) => answer({ type, ...options }, onStart),
  };
  return { calls, client: { workflow } as unknown as Client };
}

describe('a late result goes', () => {
  test('to the workflow of its attempt', async () => {
    const { client, calls } = clientOf();
    expect(await deliverLate(client, { workflowId, late })).toEqual({
      kind: 'delivered',
      via: 'job',
    });
    expect(calls).toEqual([{ id: 'job/a', name: 'late_result', argument: late }]);
  });

  test('to a workflow of its own when that is closed', async () => {
    const { client, calls } = clientOf(NOT_FOUND);
    expect(await deliverLate(client, { workflowId, late })).toEqual({
      kind: 'delivered',
      via: 'late',
    });
    expect(calls[1]).toMatchObject({
      type: 'late',
      taskQueue: 'orchestrator',
      workflowId: 'late/job/a/1',
      signal: 'late_result',
      signalArgs: [late],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  });

  test.each([
    [failed(3, 'Blob data size exceeds limit.'), undefined],
    [NOT_FOUND, failed(3, 'Blob data size exceeds limit.')],
  ])('nowhere when the server will never take it', async (onSignal, onStart) => {
    const { client } = clientOf(onSignal, onStart);
    expect(await deliverLate(client, { workflowId, late })).toEqual({
      kind: 'refused',
      why: 'Blob data size exceeds limit.',
    });
  });

  test.each([failed(14, 'connection refused'), failed(8, 'rate limit'), new Error('no answer')])(
    'nowhere yet when it may later: %s',
    async (error) => {
      await expect(deliverLate(clientOf(error).client, { workflowId, late })).rejects.toBe(error);
      const started = clientOf(NOT_FOUND, error);
      await expect(deliverLate(started.client, { workflowId, late })).rejects.toBe(error);
    },
  );
});
