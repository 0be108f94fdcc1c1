import { readFileSync } from 'node:fs';

/**
 * True while a process of this id runs, whoever's it is. One that has ended and that nobody has
 * collected (in a container whose first process does not) does not count, where the system tells.
 */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** From Linux's `/proc`: the state stands behind the name in parentheses, which may contain some itself. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
