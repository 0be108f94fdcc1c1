import { Connection } from '@temporalio/client';
import type { TemporalConfig } from '../config/temporal.ts';
import { tlsTrouble } from '../tls-trouble.ts';

/** How long Temporal may take to answer a connection. */
const PATIENCE_MS = 5_000;

/** A client's connection to Temporal. @throws what the SDK throws, or an Error that says what is wrong with TLS */
export async function openConnection(
  config: Pick<TemporalConfig, 'connectionOptions'>,
): Promise<Connection> {
  try {
    return await Connection.connect({ ...config.connectionOptions, connectTimeout: PATIENCE_MS });
  } catch (error) {
    const trouble = await tlsTrouble(config);
    // Not as its cause: of those, the deepest message is told.
    throw trouble === undefined ? error : new Error(trouble);
  }
}
