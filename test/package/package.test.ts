import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';
import type { PackedProject } from './packed-project.ts';
import { packedProject } from './packed-project.ts';

const LIMIT_MS = 300_000;

const BUNDLES = ['dist/workflow-bundle.js', 'dist/workflow-bundle-encrypting.js'];
const TSC = 'node_modules/typescript/bin/tsc';
const STRICT = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];

describe('the packed package', () => {
  let project: PackedProject;
  beforeAll(async () => {
    project = await packedProject();
  }, LIMIT_MS);
  afterAll(() => project.remove());

  test('holds what it needs and nothing else', () => {
    const needed = ['LICENSE', 'README.md', 'package.json', ...BUNDLES];
    expect(project.packed).toEqual(expect.arrayContaining([...needed, 'dist/cli/main.js']));
    expect(project.packed).toContain('migrations/000001_jobs.sql');
    const allowed =
      /^(docs\/.+|CHANGELOG\.md|dist\/.+\.(js|d\.ts)|migrations\/\d{6}_[\w-]+\.sql|completions\/holdfast\.\w+)$/;
    const others = project.packed.filter((path) => !allowed.test(path) && !needed.includes(path));
    expect(others).toEqual([]);
  });

  test('holds nothing that was built from a file that is gone', async () => {
    const sources = await readdir(new URL('../../src/', import.meta.url), { recursive: true });
    const built = sources
      .filter((path) => path.endsWith('.ts'))
      .map((path) => path.replaceAll('\\', '/').replace(/\.ts$/, ''));
    const stale = project.packed
      .filter((path) => path.startsWith('dist/') && !BUNDLES.includes(path))
      .map((path) => path.replace(/^dist\//, '').replace(/(\.d\.ts|\.js)$/, ''))
      .filter((path) => !built.includes(path));
    expect(stale).toEqual([]);
  });

  test('is what publint expects', async () => {
    const pkgDir = join(project.folder, 'node_modules/holdfast');
    const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('names its commands', async () => {
    const help = await project.run(['node_modules/holdfast/dist/cli/main.js', '--help']);
    expect(help).toContain('Usage: holdfast');
  });

  test('has declarations that need nothing more to compile', { timeout: LIMIT_MS }, async () => {
    const found = await project
      .run([TSC, ...STRICT, '--noEmit', '--skipLibCheck', 'false', 'main.mts'])
      .catch((error: unknown) => String(error));
    // Temporal's own declarations lack @types/ms; those are not ours to mend.
    expect(
      found.split('\n').filter((line) => /^(?!node_modules\/@temporalio).*error TS/.test(line)),
    ).toEqual([]);
  });

  test('compiles strictly in a project and runs a job there', { timeout: LIMIT_MS }, async () => {
    await project.run([TSC, ...STRICT, '--skipLibCheck', 'main.mts']);
    const namespace = `package-${randomUUID().slice(0, 8)}`;
    await ensureNamespace(inject('temporalAddress'), namespace);
    const output = await project.run(['main.mjs'], {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      DATABASE_URL: inject('databaseUrl'),
    });
    expect(JSON.parse(output)).toMatchObject({
      typesFlow: { input: true, result: true },
      refused: true,
      result: { text: 'Hello, Ada', inThread: true },
      state: 'succeeded',
      attempts: [{ epoch: 1, node: 'consumer-1', outcome: 'succeeded' }],
    });
  });
});
