/**
 * The program behind the embedded ledger: PGlite and its listener in a process of their own, since a
 * query blocks the event loop it runs on. Started by {@link LedgerServer} with an IPC channel; when that
 * channel closes, because the parent stopped it or died, it closes the database and ends.
 *
 * Arguments: the port, and the folder of the database; without one it is in memory.
 */
import { openPglite } from './open-pglite.ts';
import { PgliteListener } from './pglite-listener.ts';

/** What the parent may ask; each is answered by the same word, or by `{ failed }`. */
export type LedgerRequest = 'open' | 'close';

/** The answers of this program; `ready` comes by itself, once. */
export type LedgerAnswer = 'ready' | LedgerRequest | { readonly failed: string };

const [port, dataDir] = process.argv.slice(2);

function answer(message: LedgerAnswer): void {
  // Without a channel the parent is gone, and 'disconnect' ends this process.
  if (process.connected) process.send?.(message);
}

async function serve(): Promise<void> {
  const pglite = await openPglite(dataDir);
  const listener = new PgliteListener(pglite, Number(port));
  await listener.open().catch(async (error: unknown) => {
    await pglite.close();
    throw error;
  });
  let last: Promise<void> = Promise.resolve();
  const next = (step: () => Promise<void>): void => {
    last = last.then(step).catch((error: unknown) => answer({ failed: String(error) }));
  };
  process.on('message', (request: LedgerRequest) => {
    next(async () => {
      await (request === 'open' ? listener.open() : listener.close());
      answer(request);
    });
  });
  const end = (): void => next(() => listener.close().then(() => pglite.close()));
  process.once('disconnect', end);
  if (process.connected) answer('ready');
  else end();
}

process.on('SIGTERM', () => process.connected && process.disconnect());
serve().catch((error: unknown) => {
  answer({ failed: String(error) });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});
