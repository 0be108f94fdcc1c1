import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbedded, type Embedded } from '../../dist/dev/embedded.js';
import { afterwards, temporaryFolder } from './support.ts';

let bin: string;

beforeEach(async () => {
  bin = await temporaryFolder();
  vi.stubEnv('PATH', bin);
  vi.stubEnv('HOLDFAST_CACHE_DIR', await temporaryFolder());
  // Nothing listens there: the download fails, wherever the test runs.
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
  afterwards(() => vi.unstubAllEnvs());
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

async function start(): Promise<Embedded> {
  return startEmbedded({
    dataDir: await temporaryFolder(),
    databaseUrl: 'postgres://not.used/',
    ports: { temporal: 0, webUi: 0 },
  });
}

describe('when no way leads to a Temporal server', () => {
  it('one error names all four and why each failed', async () => {
    const error: unknown = await start().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'embedded_failed',
      hint: expect.stringContaining('TEMPORAL_ADDRESS') as string,
      details: { ways: { address: 'none was given', path: 'there is none' } },
    });
    const { message } = error as Error;
    expect(message).toContain('(1) an address (TEMPORAL_ADDRESS): none was given');
    expect(message).toContain('(2) "temporal" on PATH: there is none');
    expect(message).toMatch(/\(3\) the download of the dev server by the Temporal SDK: .*download/);
    expect(message).toContain('(4) a build from the official source with Go: no Go toolchain');
  });

  it('the end of the log tells why a server that was found did not start', async () => {
    const script =
      'case "$1" in --version) echo temporal version 1.8.2;; *) echo port is cursed >&2; exit 3;; esac';
    await program('temporal', script);
    const starting = start();
    await expect(starting).rejects.toThrow(/\(2\) "temporal" on PATH: .*it ended with exit code 3/);
    await expect(starting).rejects.toThrow('port is cursed');
  });

  it('a program of that name which is something else is not run as a server', async () => {
    await program('temporal', 'echo Temporal Anomaly 3');
    await expect(start()).rejects.toThrow(/is not Temporal's command line: .* Temporal Anomaly 3/);
  });

  it('nothing is left locked or running', async () => {
    const dataDir = await temporaryFolder();
    await mkdir(dataDir, { recursive: true });
    const options = { dataDir, ephemeralLedger: true, ports: { temporal: 0, webUi: 0, ledger: 0 } };
    await expect(startEmbedded(options)).rejects.toThrow('no Temporal server');
    await expect(startEmbedded(options)).rejects.toThrow('no Temporal server');
  });
});
