import type { Change } from '../client/audited.ts';
import type { Audited, HoldfastClient } from '../client/connect.ts';
import type { ConnectionFlags } from './find-connection.ts';
import { findConnection } from './find-connection.ts';
import type { Terminal } from './terminal.ts';

/** Connects, does some work, and closes the connection whatever became of the work. */
export async function withClient<Result>(
  flags: ConnectionFlags,
  terminal: Terminal,
  work: (client: HoldfastClient, audited: Audited) => Promise<Result>,
): Promise<Result> {
  const connection = await findConnection(flags, terminal);
  const { openClient } = await import('../client/connect.ts');
  const { client, audited } = await openClient(connection);
  try {
    return await work(client, audited);
  } finally {
    await client.close();
  }
}

/** Flags of a command that changes something. */
interface ChangeFlags extends ConnectionFlags {
  readonly by?: string;
  readonly dryRun?: boolean;
}

/** {@link withClient} for a change, which goes on record with who makes it; a dry run is none. */
export function withChange<Result>(
  flags: ChangeFlags,
  terminal: Terminal,
  work: (client: HoldfastClient) => Promise<Result>,
  change: Omit<Change<Result>, 'by'>,
): Promise<Result> {
  return withClient(flags, terminal, (client, audited) =>
    flags.dryRun === true ? work(client) : audited(() => work(client), { ...change, by: flags.by }),
  );
}
