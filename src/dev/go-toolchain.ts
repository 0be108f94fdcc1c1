import { execFile } from 'node:child_process';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { installBinary } from './install-binary.ts';
import { startTethered } from './tethered.ts';

/** What the `go.mod` of Temporal server 1.32.1 asks for. */
const NEEDED_GO = [1, 26, 8] as const;
/** A person who waits wants to see that something happens. */
const PROGRESS_EVERY_MS = 10_000;
/** Of what the compiler prints, how much an error shows. */
const SHOWN_LINES = 10;

/** A program that Go can build from its official source through the module proxy. */
export interface GoProgram {
  /** In sentences: 'the Temporal server'. */
  readonly title: string;
  /** Module path of the command, with its version. */
  readonly source: string;
  /** Where the executable goes; its name is what Go calls it. */
  readonly target: string;
}

/** Why Go cannot be used here, in words; undefined when it can. */
export async function whyNoGo(): Promise<string | undefined> {
  const needed = `Go ${NEEDED_GO.join('.')} or newer is needed`;
  const text = await new Promise<string | undefined>((resolve) => {
    execFile('go', ['env', 'GOVERSION'], (error, stdout) => resolve(error ? undefined : stdout));
  });
  if (text === undefined) return `no Go toolchain on PATH (${needed})`;
  const found = /go(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(text)
    ?.slice(1)
    .map((part) => Number(part || 0));
  if (found === undefined) return `"go env GOVERSION" says ${text.trim()} (${needed})`;
  return isOlder(found, NEEDED_GO) ? `Go ${found.join('.')} is installed (${needed})` : undefined;
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [index, wanted] of than.entries()) {
    const part = version[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

/**
 * Builds a program and puts it in its place, saying how far it is at least every 15 seconds.
 *
 * @param count for the messages: '1 of 2'
 * @throws Error with the last lines of the compiler
 */
export async function buildGoProgram(
  program: GoProgram,
  count: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const start = performance.now();
  let packages = 0;
  const say = (): void =>
    onProgress(
      `building ${program.title} from source (${count}), ` +
        `${inWords(performance.now() - start)}, ${packages} packages compiled …`,
    );
  say();
  const ticking = setInterval(say, PROGRESS_EVERY_MS);
  try {
    await installBinary(program.target, (folder) =>
      goInstall(program.source, folder, () => (packages += 1)),
    );
  } finally {
    clearInterval(ticking);
  }
}

async function goInstall(source: string, folder: string, compiled: () => void): Promise<void> {
  const last: string[] = [];
  const go = await startTethered({
    command: 'go',
    args: ['install', '-v', source],
    // What an interrupted build leaves behind goes with the folder.
    env: { GOBIN: folder, GOTMPDIR: folder },
  });
  const take = (line: string): void => {
    last.push(line);
    if (last.length > SHOWN_LINES) last.shift();
    // -v prints the name of each package that it compiles; 'go: downloading …' is about modules.
    if (!line.startsWith('go: ')) compiled();
  };
  await Promise.all(go.output.map((stream) => readLines(stream, take)));
  const how = await go.exited;
  if (how !== 'exit code 0') {
    throw new Error(`go install ${source} ended with ${how}:\n  ${last.join('\n  ')}`);
  }
}

async function readLines(stream: Readable, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) take(line);
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
}
