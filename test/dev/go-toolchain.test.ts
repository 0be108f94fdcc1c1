import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { whyNoGo } from '../../dist/dev/go-toolchain.js';
import { afterwards, temporaryFolder } from './support.ts';

async function pathWithGo(says: string | undefined): Promise<void> {
  const folder = await temporaryFolder();
  if (says !== undefined) {
    await writeFile(join(folder, 'go'), `#!/bin/sh\necho ${says}\n`);
    await chmod(join(folder, 'go'), 0o755);
  }
  vi.stubEnv('PATH', folder);
  afterwards(() => vi.unstubAllEnvs());
}

describe('the Go toolchain', () => {
  it.each(['go1.26.8', 'go1.26.10', 'go1.27', 'go2.0.0'])('%s is good', async (version) => {
    await pathWithGo(version);
    expect(await whyNoGo()).toBeUndefined();
  });

  it.each(['go1.26.7', 'go1.26', 'go1.22.12', 'go1.9'])('%s is too old', async (version) => {
    await pathWithGo(version);
    expect(await whyNoGo()).toMatch(/^Go [\d.]+ is installed \(Go 1\.26\.8 or newer is needed\)$/);
  });

  it('that is missing is said so', async () => {
    await pathWithGo(undefined);
    expect(await whyNoGo()).toBe('no Go toolchain on PATH (Go 1.26.8 or newer is needed)');
  });

  it('that is something else is said so', async () => {
    await pathWithGo('hello');
    expect(await whyNoGo()).toBe('"go env GOVERSION" says hello (Go 1.26.8 or newer is needed)');
  });
});
