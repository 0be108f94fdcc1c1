import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { eventually } from './eventually.ts';

const FORGET_WITHIN_MS = 180_000;

/** What the end of its retention does to a closed workflow. */
export async function forgetWorkflow(namespace: string, workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const client = new Client({ connection, namespace });
  try {
    await connection.workflowService.deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
    });
    const handle = client.workflow.getHandle(workflowId);
    // The server takes its time.
    await eventually(
      () =>
        handle.describe().then(
          () => false,
          () => true,
        ),
      FORGET_WITHIN_MS,
    );
  } finally {
    await connection.close();
  }
}
