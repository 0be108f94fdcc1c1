import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { emptyDatabase, forgetEmptyDatabase } from './empty-database.ts';

/**
 * Opens the database in a folder, or one in memory, and creates it when it is not there. In a folder a
 * new one appears complete or not at all, whenever the process is killed.
 */
export async function openPglite(folder: string | undefined): Promise<PGlite> {
  if (folder === undefined) return create(undefined);
  if (!(await isDatabase(folder))) {
    const unfinished = `${folder}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await (await create(unfinished)).close();
    await rename(unfinished, folder);
  }
  return PGlite.create(folder);
}

async function create(folder: string | undefined): Promise<PGlite> {
  const where = folder === undefined ? {} : { dataDir: folder };
  try {
    return await PGlite.create({ ...where, loadDataDir: await emptyDatabase() });
  } catch {
    // The copy in the cache may be damaged; a fresh one shows whether that was it.
    await forgetEmptyDatabase();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    return PGlite.create({ ...where, loadDataDir: await emptyDatabase() });
  }
}

async function isDatabase(folder: string): Promise<boolean> {
  return access(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}
