import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { buildGoProgram, whyNoGo, type GoProgram } from './go-toolchain.ts';
import { isExecutable } from './install-binary.ts';
import { takePidLock, isPidLock, type PidLock } from './pid-lock.ts';
import { waitUntil } from './wait-until.ts';

/** How often to say that another process is being waited for. */
const SAY_EVERY_MS = 10_000;

/** Temporal's server, from its official source (5 minutes on 2 cores, once). */
export function serverProgram(): GoProgram {
  return {
    title: 'the Temporal server',
    source: 'go.temporal.io/server/cmd/server@v1.32.1',
    target: builtPath('temporal-server-1.32.1'),
  };
}

/** Temporal's Web UI, from its official source (20 seconds on 2 cores, once). */
export function webUiProgram(): GoProgram {
  return {
    title: 'the Web UI',
    source: 'github.com/temporalio/ui-server/v2/cmd/server@v2.54.1',
    target: builtPath('temporal-ui-2.54.1'),
  };
}

/** Both commands are called `server` by Go, so each has a folder of its own. */
function builtPath(folder: string): string {
  const file = process.platform === 'win32' ? 'server.exe' : 'server';
  return join(cacheFolder(), 'bin', folder, file);
}

/**
 * Builds those of the programs that are not in the cache yet. Of two processes that want this at once,
 * the second waits for the first.
 *
 * @throws Error when there is no usable Go toolchain, or a build fails
 */
export async function buildMissing(
  programs: readonly GoProgram[],
  onProgress: (message: string) => void,
): Promise<void> {
  if ((await missing(programs)).length === 0) return;
  const obstacle = await whyNoGo();
  if (obstacle !== undefined) throw new Error(obstacle);
  const lock = await takeBuildLock(onProgress);
  try {
    const wanted = await missing(programs);
    for (const [index, program] of wanted.entries()) {
      await buildGoProgram(program, `${index + 1} of ${wanted.length}`, onProgress);
    }
  } finally {
    await lock.release();
  }
}

async function missing(programs: readonly GoProgram[]): Promise<GoProgram[]> {
  const found = await Promise.all(programs.map((program) => isExecutable(program.target)));
  return programs.filter((_, index) => found[index] === false);
}

async function takeBuildLock(onProgress: (message: string) => void): Promise<PidLock> {
  await mkdir(cacheFolder(), { recursive: true });
  const file = join(cacheFolder(), 'building');
  let sayAt = 0;
  const lock = await waitUntil(
    async () => {
      const answer = await takePidLock(file);
      if (isPidLock(answer)) return answer;
      if (performance.now() >= sayAt) {
        onProgress(`waiting for process ${answer.pid}, which is building the servers …`);
        sayAt = performance.now() + SAY_EVERY_MS;
      }
      return undefined;
    },
    { limitMs: Infinity, everyMs: 200 },
  );
  if (lock === undefined) throw new Error(`${file} could not be locked`);
  return lock;
}
