import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a spool. */
export interface SpoolList {
  /** Oldest first. */
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
  /** The greatest number that a file has; 0 when there is none. */
  readonly lastNumber: number;
}

const DIGITS = 12;
const NAME = /^(\d{12})-[0-9a-f]+\.json$/;
const DRAFT = /^\d{12}-[0-9a-f]+\.json\.tmp$/;

/** Writing one takes less; an older draft is a dead process's. */
const LONGEST_WRITE_MS = 60_000;

/** The name of a file: sorted by name, files are sorted by age. */
export function spoolFileName(number: number, tag: string): string {
  return `${String(number).padStart(DIGITS, '0')}-${tag}.json`;
}

/**
 * The folder of a node's spool under the common one. Any name makes a safe one, and no two nodes share
 * one, also where letters of both cases are the same.
 */
export function spoolFolder(under: string, namespace: string, node: string): string {
  const readable = node.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 40);
  const key = createHash('sha256')
    .update(JSON.stringify([namespace, node]))
    .digest('hex');
  return join(under, `${readable}-${key.slice(0, 16)}`);
}

/**
 * Lists what is in a folder, and clears away what a process that died left half written.
 *
 * @throws Error when the folder is there and cannot be read
 */
export async function listSpool(folder: string): Promise<SpoolList> {
  const names = (await namesIn(folder)).sort();
  const files: SpoolList['files'][number][] = [];
  for (const name of names) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) continue;
    if (NAME.test(name)) files.push({ file, bytes: found.size });
    const isAbandoned = Date.now() - found.mtimeMs > LONGEST_WRITE_MS;
    if (DRAFT.test(name) && isAbandoned) await rm(file, { force: true }).catch(() => undefined);
  }
  const newest = names.filter((name) => NAME.test(name)).at(-1);
  return { files, lastNumber: newest === undefined ? 0 : Number(newest.slice(0, DIGITS)) };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
