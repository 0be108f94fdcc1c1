import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';

const FOLDER = new URL('../../examples/', import.meta.url);
const JITI = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const LIMIT_MS = 110_000;

const execute = promisify(execFile);
const examples = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts'));

describe('an example', () => {
  const namespace = `examples-${randomUUID().slice(0, 8)}`;
  beforeAll(() => ensureNamespace(inject('temporalAddress'), namespace));

  test.each(examples)('%s prints what it says', async (name) => {
    const file = fileURLToPath(new URL(name, FOLDER));
    const { stdout } = await execute(process.execPath, [JITI, file], {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        TEMPORAL_NAMESPACE: namespace,
        DATABASE_URL: inject('databaseUrl'),
      },
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    expect(stdout.trimEnd().split('\n')).toEqual(expectedOutput(await readFile(file, 'utf8')));
  });

  test.each(examples)('%s is in the list', async (name) => {
    expect(await readFile(new URL('README.md', FOLDER), 'utf8')).toContain(`](${name})`);
  });
});

/** The lines of the comment at the end of an example. */
function expectedOutput(source: string): string[] {
  const [, comment] = source.split('\n// Output:\n');
  if (comment === undefined) throw new Error('the example does not end with `// Output:`');
  return comment
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''));
}
