import { createServer } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import getPort from 'get-port';
import { choosePort } from '../../dist/dev/choose-port.js';
import { afterwards, temporaryFolder } from './support.ts';

beforeEach(async () => {
  vi.stubEnv('HOLDFAST_CACHE_DIR', await temporaryFolder());
  afterwards(() => vi.unstubAllEnvs());
});

async function occupy(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  afterwards(() => server.close());
  return (server.address() as { port: number }).port;
}

describe('choosing a port', () => {
  it('gives the wanted one when it is free', async () => {
    const wanted = await getPort();
    expect((await choosePort(wanted)).port).toBe(wanted);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('gives another when it is taken on %s', async (host) => {
    const wanted = await occupy(host);
    const { port } = await choosePort(wanted);
    expect(port).not.toBe(wanted);
    expect(port).toBeGreaterThan(0);
  });

  it.each([0, undefined])('gives a free one when %s is wanted', async (wanted) => {
    expect((await choosePort(wanted)).port).toBeGreaterThan(0);
  });

  it('gives one to one caller only until it is released', async () => {
    const wanted = await getPort();
    const chosen = await Promise.all([choosePort(wanted), choosePort(wanted)]);
    expect(chosen.filter(({ port }) => port === wanted)).toHaveLength(1);
    for (const port of chosen) await port.release();
    expect((await choosePort(wanted)).port).toBe(wanted);
  });
});
