import type { AccessClient } from '../client/access.ts';
import type { ConnectionFlags } from './find-connection.ts';
import { findConnection } from './find-connection.ts';
import type { Terminal } from './terminal.ts';

/** Opens the ledger's access tables, does some work, and closes the connection whatever became of it. */
export async function withAccess<Result>(
  flags: ConnectionFlags,
  terminal: Terminal,
  work: (access: AccessClient) => Promise<Result>,
): Promise<Result> {
  const { config } = await findConnection(flags, terminal);
  const { openAccess } = await import('../client/access.ts');
  const access = await openAccess(config.database.url);
  try {
    return await work(access);
  } finally {
    await access.close();
  }
}
