import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findPostgres } from '../../../dist/dev/stack/find-postgres.js';
import { afterwards, temporaryFolder } from '../support.ts';

/** A folder on PATH with a PostgreSQL that says it is of a version. */
async function pathWithPostgres(version: string): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['initdb', 'postgres']) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho "postgres (PostgreSQL) ${version}"\n`);
    await chmod(file, 0o755);
  }
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  afterwards(() => vi.unstubAllEnvs());
  return folder;
}

describe('the PostgreSQL of this machine', () => {
  it.each(['15.18 (Debian 15.18-0+deb12u1)', '18beta1', '99.1'])(
    '%s on PATH comes first',
    async (version) => {
      const folder = await pathWithPostgres(version);
      expect(await findPostgres()).toEqual({
        initdb: join(folder, 'initdb'),
        postgres: join(folder, 'postgres'),
        major: Number.parseInt(version),
      });
    },
  );

  it('is not one that the ledger cannot use', async () => {
    const folder = await pathWithPostgres('14.9');
    // There may be a package of this machine besides.
    const found = await findPostgres().catch((error: unknown) => String(error));
    if (typeof found === 'string') expect(found).toContain('PostgreSQL 15 or newer');
    else expect(found.postgres).not.toContain(folder);
  });

  it('is of the version that made the data, or is asked for', async () => {
    await pathWithPostgres('98.1');
    expect(await findPostgres(98)).toMatchObject({ major: 98 });
    await expect(findPostgres(97)).rejects.toMatchObject({
      code: 'embedded_failed',
      message: expect.stringMatching(
        /^expected PostgreSQL 97 on this machine, which made .*, got only version 98/,
      ) as string,
      hint: expect.stringContaining('apt-get install postgresql-97') as string,
    });
  });
});
