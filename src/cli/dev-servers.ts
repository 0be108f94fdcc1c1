import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The folder in which `holdfast dev` keeps its data, and where others look for it. */
export const DEV_FOLDER = '.holdfast';

const FILE = 'dev.json';

/** Where the servers of a running `holdfast dev` are: the content of `dev.json`. */
export interface DevServers {
  readonly pid: number;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly databaseUrl: string;
  readonly webUi: string | null;
}

/** The `holdfast dev` that runs in a folder or in the nearest one above it. */
export async function findDevServers(folder: string): Promise<DevServers | undefined> {
  const found = await readDevServers(join(folder, DEV_FOLDER));
  if (found !== undefined) return found;
  const parent = dirname(folder);
  return parent === folder ? undefined : findDevServers(parent);
}

/** The `holdfast dev` that runs on a data folder, or undefined. */
async function readDevServers(dataDir: string): Promise<DevServers | undefined> {
  try {
    const path = join(dataDir, FILE);
    // Another user's file, say in /tmp, must not send our jobs to that user's server.
    if ((await stat(path)).uid !== (process.getuid?.() ?? 0)) return undefined;
    const servers = JSON.parse(await readFile(path, 'utf8')) as DevServers;
    return isAlive(servers.pid) ? servers : undefined;
  } catch {
    return undefined;
  }
}

/** Tells others where the servers are. */
export async function writeDevServers(dataDir: string, servers: DevServers): Promise<void> {
  const path = join(dataDir, FILE);
  const draft = `${path}.${servers.pid}`;
  // The ledger's address may hold a password.
  await writeFile(draft, `${JSON.stringify(servers, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** Takes the word back. */
export async function removeDevServers(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
