import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import getPort from 'get-port';

/** The ports of a bare server beside its frontend's, by their use. */
export type InnerPorts = Readonly<Record<(typeof USES)[number], number>>;

const USES = [
  'http',
  'frontendMembership',
  'matching',
  'matchingMembership',
  'history',
  'historyMembership',
  'worker',
  'workerMembership',
] as const;

/**
 * Free ports for a bare server: the ones that it had the last time on this data folder, where they
 * are free. Its parts find each other by what they last wrote into the database, so a server with
 * other ports would look for 20 s for the parts of the one before it, and run nothing.
 */
export async function innerPorts(dataDir: string): Promise<InnerPorts> {
  const file = join(dataDir, 'temporal-ports.json');
  const last = await lastPorts(file);
  const chosen: Partial<Record<keyof InnerPorts, number>> = {};
  for (const use of USES) {
    const exclude = Object.values(chosen);
    const wanted = last[use];
    chosen[use] = await getPort({ exclude, ...(wanted === undefined ? {} : { port: wanted }) });
  }
  await writeFile(file, JSON.stringify(chosen));
  return chosen as InnerPorts;
}

async function lastPorts(file: string): Promise<Partial<InnerPorts>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<InnerPorts>;
  } catch {
    return {};
  }
}
