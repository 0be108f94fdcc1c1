import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { eventually } from './eventually.ts';

const FORGET_WITHIN_MS = 180_000;

/** Does something with Temporal itself, in the namespace of a fleet. */
async function withTemporal<Result>(
  namespace: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

/** What the end of its retention does to a closed workflow, or an operator to any. */
export function forget(namespace: string, workflowId: string): Promise<unknown> {
  return withTemporal(namespace, async (client) => {
    await client.workflowService.deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
    });
    const isGone = () =>
      client.workflow
        .getHandle(workflowId)
        .describe()
        .then(
          () => false,
          () => true,
        );
    // The server takes its time.
    await eventually(isGone, FORGET_WITHIN_MS);
  });
}

/** Ends a workflow by force. */
export function terminate(namespace: string, workflowId: string): Promise<unknown> {
  return withTemporal(namespace, (client) =>
    client.workflow.getHandle(workflowId).terminate('by an operator'),
  );
}
