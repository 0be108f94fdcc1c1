import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { cacheFolder } from './cache-folder.ts';

/**
 * An empty PGlite database as an archive. PGlite takes 3 s to make a new one and 0.6 s to copy this, so
 * it is kept in the cache, one per version of PGlite. A cache that cannot be written is done without.
 */
export async function emptyDatabase(): Promise<Blob> {
  const file = await cacheFile();
  const cached = await readFile(file).catch(() => undefined);
  if (cached !== undefined) return new Blob([cached]);
  const made = await makeEmptyDatabase();
  await keep(file, new Uint8Array(await made.arrayBuffer())).catch(() => {});
  return made;
}

/** Takes the archive out of the cache; the next call of {@link emptyDatabase} makes a new one. */
export async function forgetEmptyDatabase(): Promise<void> {
  await rm(await cacheFile(), { force: true });
}

async function makeEmptyDatabase(): Promise<Blob> {
  const pglite = await PGlite.create();
  try {
    await pglite.exec('CHECKPOINT');
    return await pglite.dumpDataDir('none');
  } finally {
    await pglite.close();
  }
}

async function keep(file: string, archive: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, archive);
  await rename(unfinished, file);
}

async function cacheFile(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const text = await readFile(join(dirname(main), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return join(cacheFolder(), `empty-database-${version}.tar`);
}
