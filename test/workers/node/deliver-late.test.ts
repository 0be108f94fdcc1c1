import type { Client } from '@temporalio/client';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { deliverLate } from '../../../src/workers/node/deliver-late.ts';
import { lateOf } from './late-results.ts';

const { workflowId, late } = lateOf('a');
const NOT_FOUND = new WorkflowNotFoundError('workflow execution already completed', workflowId, '');

// As the SDK's native connection makes them: without details.
const failed = (code: number, message: string) =>
  new ServiceError('Failed to signal Workflow', {
    cause: Object.assign(new Error(message), { code, details: '', metadata: {} }),
  });

const TOO_LARGE = 'grpc: received message after decompression larger than max 4194304';

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
    [3, 'Blob data size exceeds limit.'],
    [8, TOO_LARGE],
  ])('nowhere when the server will never take it: %i, %s', async (code, why) => {
    const error = failed(code, why);
    for (const { client } of [clientOf(error), clientOf(NOT_FOUND, error)]) {
      expect(await deliverLate(client, { workflowId, late })).toEqual({ kind: 'refused', why });
    }
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
