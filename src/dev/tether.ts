/**
 * A program that ties another one to its parent: `node tether.js <command> <args…>`, with an IPC
 * channel. A server written in Go cannot notice that the process which started it was killed; this can:
 * its channel closes, and it ends the command (SIGTERM, after 5 s SIGKILL) and itself.
 *
 * It tells its parent `{ pid }` when the command runs and `{ failed }` when it could not be started, and
 * ends with the command's exit code (128 + n for signal n, 127 when it did not start). The command
 * inherits its standard streams.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** What the parent hears. */
export type TetherNews = { readonly pid: number } | { readonly failed: string };

const GRACE_MS = 5000;

const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit', windowsHide: true });

function tell(news: TetherNews): void {
  // The parent may be gone between the check and the message: 'disconnect' then does what is needed.
  if (process.connected) process.send?.(news, () => {});
}

function end(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

function leave(exitCode: number): void {
  process.exitCode = exitCode;
  process.off('disconnect', end);
  if (process.connected) process.disconnect();
}

child.once('spawn', () => {
  if (child.pid !== undefined) tell({ pid: child.pid });
});
child.once('error', (error) => {
  tell({ failed: error.message });
  leave(127);
});
child.once('exit', (code, signal) => {
  leave(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});

process.once('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
// The parent may have died before this line.
if (!process.connected) end();
