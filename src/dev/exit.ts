import type { ChildProcess } from 'node:child_process';

/** Waits for the end of a child process (or its failure to start) and says how it ended, in words. */
export async function whenExited(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
  });
}
