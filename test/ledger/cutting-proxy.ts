import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * What happens to the first statement that contains a text. `before`: the connection is cut, and the
 * server never gets it. `after`: the server gets it, and the connection is cut before the answer comes
 * back. A function: the server gets it when that has resolved.
 */
export type Interference = 'before' | 'after' | (() => Promise<unknown>);

/** A way to the database that interferes once; later statements go through untouched. */
export interface CuttingProxy {
  readonly url: string;
  /** How often it has interfered. */
  count(): number;
  close(): Promise<void>;
}

/** Starts a {@link CuttingProxy} before the database. */
export async function interfereAt(
  databaseUrl: string,
  text: string,
  how: Interference,
): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const cut = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      if (count > 0 || !chunk.includes(text)) {
        upstream.write(chunk);
        return;
      }
      count += 1;
      if (how === 'before') {
        cut();
      } else if (how === 'after') {
        // The answer means that the server has done it; the client never gets to know.
        upstream.removeAllListeners('data').once('data', cut);
        upstream.write(chunk);
      } else {
        how().then(() => upstream.write(chunk), cut);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    count: () => count,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
