import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../domain/errors.ts';
import { isPidLock, takePidLock, type PidLock, type PidLockHolder } from './pid-lock.ts';
import { waitUntil } from './wait-until.ts';

/** Servers of a process that was killed are gone after 5 s: their tethers see to that. */
const ORPHANS_LIMIT_MS = 10_000;

/**
 * Makes the data folder and takes its lock: two sets of servers on the same files would ruin them. When
 * the last owner was killed, waits up to 10 s for its servers to be gone.
 *
 * @throws HoldfastError `embedded_failed` that names the process which uses the folder
 */
export async function lockDataDir(dataDir: string): Promise<PidLock> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  let holder: PidLockHolder | undefined;
  const lock = await waitUntil(
    async () => {
      const answer = await takePidLock(file);
      if (isPidLock(answer)) return answer;
      holder = answer;
      if (answer.alive) throw taken(dataDir, file, [answer.pid]);
      return undefined;
    },
    { limitMs: ORPHANS_LIMIT_MS },
  );
  if (lock === undefined) throw taken(dataDir, file, holder?.children ?? []);
  return lock;
}

function taken(dataDir: string, file: string, pids: readonly number[]): HoldfastError {
  return new HoldfastError(
    'embedded_failed',
    `the data folder ${dataDir} is in use by process ${pids.join(', ')}`,
    {
      hint: `stop that process, use another data folder, or delete ${file} if it is no Holdfast`,
      details: { dataDir, pids },
    },
  );
}
