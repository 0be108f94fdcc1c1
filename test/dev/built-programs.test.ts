import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { buildMissing, webUiProgram } from '../../dist/dev/built-programs.js';
import { isExecutable } from '../../dist/dev/install-binary.js';
import { afterwards, temporaryFolder } from './support.ts';

let cache: string;

beforeEach(async () => {
  cache = await temporaryFolder();
  vi.stubEnv('HOLDFAST_CACHE_DIR', cache);
  afterwards(() => vi.unstubAllEnvs());
});

/** A toolchain whose `install` runs the given lines of shell. */
async function goThat(install: string): Promise<void> {
  const bin = await temporaryFolder();
  const script = `#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit; fi\n${install}\n`;
  await writeFile(join(bin, 'go'), script);
  await chmod(join(bin, 'go'), 0o755);
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
}

describe('building a program from source', () => {
  it('puts it in the cache and says so in between', async () => {
    await goThat('echo go: downloading x >&2; echo one/package >&2; echo built > "$GOBIN/server"');
    const said: string[] = [];
    await buildMissing([webUiProgram()], (message) => said.push(message));
    expect(await isExecutable(join(cache, 'bin', 'temporal-ui-2.54.1', 'server'))).toBe(true);
    expect(said).toEqual(['building the Web UI from source (1 of 1), 0s, 0 packages compiled …']);
    await goThat('exit 1');
    await buildMissing([webUiProgram()], () => {});
  });

  it('is done once when two ask at the same time', async () => {
    const counter = join(cache, 'counter');
    await goThat(`echo built >> ${counter}; echo built > "$GOBIN/server"`);
    const say = (): void => {};
    await Promise.all([1, 2].map(() => buildMissing([webUiProgram()], say)));
    expect(await readdir(join(cache, 'bin'))).toEqual(['temporal-ui-2.54.1']);
    expect(await readFile(counter, 'utf8')).toBe('built\n');
  });

  it('that fails shows what the compiler said, and leaves nothing', async () => {
    await goThat('echo undefined: everything >&2; exit 2');
    const building = buildMissing([webUiProgram()], () => {});
    await expect(building).rejects.toThrow(/ended with exit code 2:\n {2}undefined: everything/);
    expect(await readdir(join(cache, 'bin'))).toEqual([]);
    expect(await readdir(cache)).toEqual(['bin']);
  });
});
