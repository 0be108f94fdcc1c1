import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A way from a process to a server that can be cut and healed. */
export interface CuttableLink {
  /** Where the process finds the server. */
  readonly address: string;
  /** What its command runs under. */
  readonly wrapper: readonly string[];
  /** From now on nothing arrives, in either direction, and nobody is told. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  remove(): Promise<void>;
}

/** A link through a network namespace where we may make one, else through a proxy that falls silent. */
export async function createLink(name: string, serverAddress: string): Promise<CuttableLink> {
  if (process.getuid?.() === 0) {
    try {
      return await createNamespaceLink(name, serverAddress);
    } catch (error) {
      process.stderr.write(`no network namespace, a proxy cuts instead: ${String(error)}\n`);
    }
  }
  return createProxyLink(serverAddress);
}

let networks = 0;

/** Other processes of this machine may make links at the same time: each has networks of its own. */
function nextNetwork(): { near: string; far: string } {
  const first = (networks++ % 64) * 4;
  const start = `10.${128 + ((process.pid >> 8) % 64)}.${process.pid % 256}`;
  return { near: `${start}.${first + 1}`, far: `${start}.${first + 2}` };
}

async function createNamespaceLink(name: string, serverAddress: string): Promise<CuttableLink> {
  const space = `hf-${process.pid}-${name}`;
  const outside = `hf${process.pid % 100_000}o${networks}`;
  const inside = `hf${process.pid % 100_000}i${networks}`;
  const { near, far } = nextNetwork();
  const ip = (...args: string[]) => run('ip', args);
  await ip('netns', 'add', space);
  await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
  await ip('link', 'set', inside, 'netns', space);
  await ip('addr', 'add', `${near}/30`, 'dev', outside);
  await ip('link', 'set', outside, 'up');
  await ip('-n', space, 'addr', 'add', `${far}/30`, 'dev', inside);
  await ip('-n', space, 'link', 'set', inside, 'up');
  await ip('-n', space, 'link', 'set', 'lo', 'up');
  const proxy = await startProxy(serverAddress, near);
  return {
    address: proxy.address,
    wrapper: ['ip', 'netns', 'exec', space],
    cut: async () => void (await ip('link', 'set', outside, 'down')),
    heal: async () => void (await ip('link', 'set', outside, 'up')),
    remove: async () => {
      proxy.close();
      await ip('link', 'del', outside);
      await ip('netns', 'del', space);
    },
  };
}

async function createProxyLink(serverAddress: string): Promise<CuttableLink> {
  const proxy = await startProxy(serverAddress, '127.0.0.1');
  return {
    address: proxy.address,
    wrapper: [],
    cut: () => Promise.resolve(proxy.silence(true)),
    heal: () => Promise.resolve(proxy.silence(false)),
    remove: () => Promise.resolve(proxy.close()),
  };
}

async function startProxy(serverAddress: string, host: string) {
  const at = serverAddress.lastIndexOf(':');
  const server = { host: serverAddress.slice(0, at), port: Number(serverAddress.slice(at + 1)) };
  const sockets = new Set<Socket>();
  let isSilent = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    if (isSilent) socket.pause();
  };
  const listener = createServer((near) => {
    const far = connect(server);
    keep(near);
    keep(far);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    if (isSilent) [near, far].forEach((socket) => socket.pause());
  });
  listener.listen(0, host);
  await once(listener, 'listening');
  const bound = listener.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    address: `${host}:${port}`,
    silence: (silent: boolean) => {
      isSilent = silent;
      for (const socket of sockets) socket[silent ? 'pause' : 'resume']();
    },
    close: () => {
      listener.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
