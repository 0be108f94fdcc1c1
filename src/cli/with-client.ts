import type { HoldfastClient } from '../client/connect.ts';
import type { ConnectionFlags } from './find-connection.ts';
import { findConnection } from './find-connection.ts';
import type { Terminal } from './terminal.ts';

/** Connects, does some work, and closes the connection whatever became of the work. */
export async function withClient<Result>(
  flags: ConnectionFlags,
  terminal: Terminal,
  work: (client: HoldfastClient) => Promise<Result>,
): Promise<Result> {
  const connection = await findConnection(flags, terminal);
  const { connect } = await import('../client/connect.ts');
  const client = await connect(connection);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
