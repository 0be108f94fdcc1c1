import { NativeConnection } from '@temporalio/worker';
import type { TemporalConfig } from '../config/temporal.ts';
import { HoldfastError } from '../domain/errors.ts';
import { temporalError } from '../domain/temporal-error.ts';
import { tlsTrouble } from '../tls-trouble.ts';

/** The SDK itself would wait without end for a host that drops packets. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects to Temporal.
 *
 * @throws HoldfastError `temporal_unavailable` naming the address and the reason
 */
export async function connectTemporal(config: TemporalConfig): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(config.connectionOptions);
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    const why = `no answer within ${CONNECT_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => reject(new Error(why)), CONNECT_TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, tooLong]);
  } catch (error) {
    connecting.then((late) => late.close()).catch(() => undefined);
    const trouble = await tlsTrouble(config);
    throw unreachable(trouble === undefined ? error : new Error(trouble), config);
  } finally {
    clearTimeout(timer);
  }
}

/** What the SDK's native part threw; of its dump of nested errors the innermost message is told. */
export function unreachable(error: unknown, config: TemporalConfig): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const innermost = [...text.matchAll(/(?:message|error): \\?"(.+?)\\?"/g)].at(-1)?.[1];
  const { connectionOptions, namespace } = config;
  const { address } = connectionOptions;
  return temporalError(new Error(innermost ?? text), { address, namespace });
}
