import { Connection } from '@temporalio/client';

/** The first with all that Holdfast's settings switch on. */
const WANTED = [1, 32] as const;

/**
 * What a person should know about a server that is older than Holdfast is made for, or undefined. The
 * dev server of the Temporal CLI lags behind the server itself (CLI 1.8.2 has server 1.31.2).
 */
export async function oldServerNote(address: string): Promise<string | undefined> {
  const connection = await Connection.connect({ address });
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
    const isOld = major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1]);
    if (!isOld) return undefined;
    return (
      `the Temporal server is ${serverVersion}; before ${WANTED.join('.')} a cancel reaches a ` +
      'running job only with its next heartbeat'
    );
  } finally {
    await connection.close();
  }
}
