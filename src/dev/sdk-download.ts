import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.ts';
import { isExecutable } from './install-binary.ts';
import { startTethered, type Tethered } from './tethered.ts';

/** The SDK's name for its file: `temporal-sdk-typescript-<version of the SDK>`, on Windows with `.exe`. */
const FILE_PREFIX = 'temporal-sdk-typescript-';
/** What the SDK writes to until the file is complete. */
const PARTIAL = '.downloading';
/** Without a new byte for two of these, the download is given up: the SDK itself sets no limit. */
const CHECK_EVERY_MS = 15_000;

/** The dev server (Temporal's CLI) that an earlier download left in the cache, if any. */
export async function findDownloadedServer(): Promise<string | undefined> {
  const names = await readdir(downloadFolder()).catch(() => []);
  const complete = names.filter((name) => name.startsWith(FILE_PREFIX) && !name.endsWith(PARTIAL));
  for (const name of complete.sort().reverse()) {
    const path = join(downloadFolder(), name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/**
 * Has Temporal's SDK download its dev server into the cache. Without a network this fails at once.
 *
 * @returns the path of the executable
 * @throws Error with the SDK's reason
 */
export async function downloadServer(onProgress: (message: string) => void): Promise<string> {
  await mkdir(downloadFolder(), { recursive: true });
  const download = await startTethered({
    command: process.execPath,
    args: [fileURLToPath(new URL('./sdk-download-process.js', import.meta.url)), downloadFolder()],
  });
  const stop = watch(download, onProgress);
  const [, words = ''] = await Promise.all(download.output.map((stream) => text(stream)));
  const how = await download.exited;
  stop();
  // The file counts, not the exit code: the SDK also gives up when its own start of the server is slow.
  const path = await findDownloadedServer();
  if (path === undefined) throw new Error(words.trim().split('\n').at(-1) || how);
  return path;
}

function downloadFolder(): string {
  return join(cacheFolder(), 'bin', 'temporal-cli');
}

function watch(download: Tethered, onProgress: (message: string) => void): () => void {
  let before = 0;
  let idle = 0;
  const check = async (): Promise<void> => {
    const size = await partialSize();
    idle = size > before ? 0 : idle + 1;
    before = size;
    onProgress(`downloading the Temporal dev server, ${Math.round(size / 1e6)} MB …`);
    if (idle === 2) await download.stop();
  };
  const timer = setInterval(() => void check(), CHECK_EVERY_MS);
  return () => clearInterval(timer);
}

async function partialSize(): Promise<number> {
  const names = await readdir(downloadFolder()).catch(() => []);
  const partial = names.find((name) => name.endsWith(PARTIAL));
  if (partial === undefined) return 0;
  return stat(join(downloadFolder(), partial)).then(
    (found) => found.size,
    () => 0,
  );
}
