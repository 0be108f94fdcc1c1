import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import getPort from 'get-port';
import { cacheFolder } from './cache-folder.ts';
import { isPidLock, takePidLock } from './pid-lock.ts';

/** A port to start a server on. */
export interface ChosenPort {
  readonly port: number;
  /** Ends the reservation among Holdfast processes: call it when the server has bound the port. */
  release(): Promise<void>;
}

/**
 * The wanted port, or a free one when it is taken (or when 0 or nothing is wanted). Two Holdfast
 * processes that start at the same moment never get the same port: the second one's server could not
 * bind it, yet would look ready, because the first one's answers there.
 */
export async function choosePort(wanted: number | undefined): Promise<ChosenPort> {
  if (wanted !== undefined && wanted !== 0) {
    const folder = join(cacheFolder(), 'ports');
    await mkdir(folder, { recursive: true });
    const lock = await takePidLock(join(folder, String(wanted)));
    if (isPidLock(lock)) {
      if (await isFree(wanted)) return { port: wanted, release: () => lock.release() };
      await lock.release();
    }
  }
  return { port: await getPort(), release: () => Promise.resolve() };
}

/** True when a server could listen there: on loopback, where ours do, and on all interfaces. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'));
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
