import { readFileSync, renameSync, rmSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isProcessAlive } from './process-alive.ts';
import { waitUntil } from './wait-until.ts';

/** How long a lock file may be empty: its owner has created it and not yet written to it. */
const UNWRITTEN_MS = 1000;

/** A lock that this process holds. */
export interface PidLock {
  /** Records processes that must be gone too before a lock of a dead owner may be taken over. */
  record(children: readonly number[]): Promise<void>;
  /** Gives the lock up. Repeating it has no effect. */
  release(): Promise<void>;
}

/** Who holds a lock: a living process, or what a dead one left running. */
export interface PidLockHolder {
  readonly pid: number;
  readonly alive: boolean;
  /** The living ones of the recorded children. */
  readonly children: readonly number[];
}

/**
 * Takes the lock file, or says who holds it. A lock whose owner is dead, with all children it recorded,
 * is replaced. Not for locks over a network: process ids are those of this machine.
 */
export async function takePidLock(file: string): Promise<PidLock | PidLockHolder> {
  for (;;) {
    if (await create(file)) return heldLock(file);
    const text = await readWritten(file);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder !== undefined && (holder.alive || holder.children.length > 0)) return holder;
    removeStale(file, text);
  }
}

/** True for what {@link takePidLock} answers when the lock was taken. */
export function isPidLock(answer: PidLock | PidLockHolder): answer is PidLock {
  return 'release' in answer;
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, contents([]), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function heldLock(file: string): PidLock {
  let held = true;
  return {
    record: async (children) => {
      const written = `${file}.${process.pid}`;
      await writeFile(written, contents(children));
      await rename(written, file);
    },
    release: async () => {
      if (held) await rm(file, { force: true });
      held = false;
    },
  };
}

function contents(children: readonly number[]): string {
  return `${JSON.stringify({ pid: process.pid, children })}\n`;
}

/** The text of the file once there is some; undefined when the file is gone. */
async function readWritten(file: string): Promise<string | undefined> {
  const found = await waitUntil(
    async () => {
      const text = await readIfThere(file);
      return text === '' ? undefined : { text };
    },
    { limitMs: UNWRITTEN_MS },
  );
  return found === undefined ? '' : found.text;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function holderOf(text: string): PidLockHolder | undefined {
  try {
    const { pid, children } = JSON.parse(text) as { pid: number; children: number[] };
    return { pid, alive: isProcessAlive(pid), children: children.filter(isProcessAlive) };
  } catch {
    // Half a lock file, from a machine that went down: nobody holds it.
    return undefined;
  }
}

/**
 * Two processes may find the same stale lock: only one of them may remove it, and never a new one. So
 * the file is looked at again right before (without giving way to anything in between), and right after.
 */
function removeStale(file: string, text: string): void {
  const aside = `${file}.stale-${process.pid}`;
  try {
    if (readFileSync(file, 'utf8') !== text) return;
    renameSync(file, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === text) rmSync(aside);
  else renameSync(aside, file);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
