import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HoldfastError } from '../../domain/errors.ts';
import { findOnPath } from '../find-on-path.ts';
import { isExecutable } from '../install-binary.ts';

/** The oldest that the ledger takes. */
const OLDEST_MAJOR = 15;

/** Where the packages of Debian and Ubuntu, and of Red Hat, put them: not on the PATH. */
const PACKAGE_FOLDERS = [
  { parent: '/usr/lib/postgresql', name: /^(\d+)$/ },
  { parent: '/usr', name: /^pgsql-(\d+)$/ },
] as const;

/** The programs of one installed PostgreSQL. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

/**
 * The PostgreSQL of this machine: the one on PATH, else the newest of its packages.
 *
 * @param major of a database that exists already: only this version can open it
 * @throws HoldfastError `embedded_failed` when there is none that fits
 */
export async function findPostgres(major?: number): Promise<PostgresPrograms> {
  const found: number[] = [];
  for (const folder of await candidateFolders()) {
    const programs = await programsIn(folder);
    if (programs === undefined) continue;
    const fits = major === undefined ? programs.major >= OLDEST_MAJOR : programs.major === major;
    if (fits) return programs;
    found.push(programs.major);
  }
  throw notFound(major, found);
}

async function candidateFolders(): Promise<string[]> {
  const onPath = await Promise.all(['initdb', 'postgres'].map(findOnPath));
  const packaged = await Promise.all(PACKAGE_FOLDERS.map(packagedFolders));
  return [
    ...onPath.filter((path) => path !== undefined).map((path) => dirname(path)),
    ...packaged.flat(),
  ];
}

async function packagedFolders(place: (typeof PACKAGE_FOLDERS)[number]): Promise<string[]> {
  const names = await readdir(place.parent).catch(() => []);
  return names
    .flatMap((name) => {
      const major = Number(place.name.exec(name)?.[1]);
      return Number.isNaN(major) ? [] : [{ major, folder: join(place.parent, name, 'bin') }];
    })
    .sort((one, other) => other.major - one.major)
    .map(({ folder }) => folder);
}

async function programsIn(folder: string): Promise<PostgresPrograms | undefined> {
  const initdb = join(folder, 'initdb');
  const postgres = join(folder, 'postgres');
  if (!(await isExecutable(initdb)) || !(await isExecutable(postgres))) return undefined;
  const says = await new Promise<string>((resolve) => {
    execFile(postgres, ['--version'], { timeout: 10_000 }, (_error, stdout) => resolve(stdout));
  });
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(says)?.[1]);
  return Number.isNaN(major) ? undefined : { initdb, postgres, major };
}

function notFound(major: number | undefined, found: readonly number[]): HoldfastError {
  const wanted = major === undefined ? `${OLDEST_MAJOR} or newer` : `${major}`;
  const why = major === undefined ? '' : ', which made the database in the data folder';
  const instead = found.length === 0 ? 'none' : `only version ${[...new Set(found)].join(', ')}`;
  return new HoldfastError(
    'embedded_failed',
    `expected PostgreSQL ${wanted} on this machine${why}, got ${instead}`,
    {
      hint: `apt-get install postgresql${major === undefined ? '' : `-${major}`}, or have its initdb and postgres on PATH`,
      details: { found },
    },
  );
}
