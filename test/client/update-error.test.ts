import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { updateError } from '../../src/client/update-error.ts';

const place = { address: 'host:1', namespace: 'default' };

function refused(type: string): WorkflowUpdateFailedError {
  const cause = ApplicationFailure.create({ type, message: 'node n has never registered' });
  return new WorkflowUpdateFailedError('Workflow Update failed', cause);
}

test('what a workflow refuses keeps its code of the error table', () => {
  expect(updateError(refused('node_not_found'), place)).toMatchObject({
    code: 'node_not_found',
    message: 'node n has never registered',
  });
});

test('a code that is not of the table is a defect', () => {
  expect(updateError(refused('TypeError'), place).code).toBe('internal');
});

test('anything else is said of Temporal, with its place', () => {
  expect(updateError(new Error('no route'), place)).toMatchObject({
    code: 'temporal_unavailable',
    message: 'Temporal at host:1, namespace default: no route',
  });
});
