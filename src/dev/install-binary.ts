import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isProcessAlive } from './process-alive.ts';

const BUILDING = '.building-';

/**
 * Brings an executable to its place in the cache so that there is never half of one: `make` writes it,
 * under the same file name, into a temporary folder of the same file system, from where it is renamed.
 * An interrupted build leaves only that folder, which the next one removes.
 *
 * @param target where it is to be, in a folder of its own: `<cache>/bin/<what>/<file>`
 * @throws what `make` throws; the cache is then as before
 */
export async function installBinary(
  target: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const bin = dirname(dirname(target));
  await mkdir(bin, { recursive: true });
  await removeAbandoned(bin);
  const building = await mkdtemp(join(bin, `${BUILDING}${process.pid}-`));
  try {
    await make(building);
    const made = join(building, basename(target));
    await chmod(made, 0o755);
    await mkdir(dirname(target), { recursive: true });
    await rename(made, target);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** True when the file is there and may be executed. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function removeAbandoned(bin: string): Promise<void> {
  for (const name of await readdir(bin)) {
    if (!name.startsWith(BUILDING)) continue;
    const pid = Number(name.slice(BUILDING.length).split('-')[0]);
    if (!isProcessAlive(pid)) await rm(join(bin, name), { recursive: true, force: true });
  }
}
