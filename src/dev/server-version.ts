import { Connection } from '@temporalio/client';
import { lacksOf } from '../domain/temporal-version.ts';

/** What a person should know about a server that is older than Holdfast is made for, or undefined. */
export async function oldServerNote(address: string): Promise<string | undefined> {
  const connection = await Connection.connect({ address });
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return lacksOf(serverVersion);
  } finally {
    await connection.close();
  }
}
