import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import getPort, { portNumbers } from 'get-port';
import { innerPorts, type InnerPorts } from '../inner-ports.ts';

const LOWEST = 20_000;
/** The greatest `smallint` of PostgreSQL. */
const HIGHEST = 32_767;
/** As many tries as there is room for above the start. */
const ROOM = 2000;

const MEMBERSHIPS = [
  'frontendMembership',
  'matchingMembership',
  'historyMembership',
  'workerMembership',
] as const;

/**
 * A free port that PostgreSQL can keep as a `smallint`: Temporal records its members' ports in such a
 * column, and does not start with a higher one. Free ports that the system chooses are higher.
 */
export async function lowPort(): Promise<number> {
  return getPort({ port: portNumbers(randomInt(LOWEST, HIGHEST - ROOM), HIGHEST) });
}

/** {@link innerPorts} for a server on PostgreSQL, the same at each start where they are free. */
export async function lowInnerPorts(dataDir: string): Promise<InnerPorts> {
  const ports: Record<keyof InnerPorts, number> = { ...(await innerPorts(dataDir)) };
  for (const use of MEMBERSHIPS) if (ports[use] > HIGHEST) ports[use] = await lowPort();
  // For the next start; it reads them from here.
  await writeFile(join(dataDir, 'temporal-ports.json'), JSON.stringify(ports));
  return ports;
}
