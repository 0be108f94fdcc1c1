import { execFile } from 'node:child_process';
import { HoldfastError } from '../domain/errors.ts';
import { buildMissing, serverProgram, webUiProgram } from './built-programs.ts';
import { findOnPath } from './find-on-path.ts';
import { isExecutable } from './install-binary.ts';
import { downloadServer, findDownloadedServer } from './sdk-download.ts';

/** An executable that can serve Temporal. */
export interface TemporalExecutable {
  /** `cli`: Temporal's command line with a dev server and the Web UI inside; `server`: the bare server. */
  readonly kind: 'cli' | 'server';
  readonly path: string;
  /** Which of the {@link TEMPORAL_WAYS} it came by. */
  readonly way: TemporalWay;
}

/** The four ways to a Temporal server, in the order in which they are tried, as errors name them. */
export const TEMPORAL_WAYS = {
  address: 'an address (TEMPORAL_ADDRESS)',
  path: '"temporal" on PATH',
  download: 'the download of the dev server by the Temporal SDK',
  build: 'a build from the official source with Go',
} as const;

/** A key of {@link TEMPORAL_WAYS}. */
type TemporalWay = keyof typeof TEMPORAL_WAYS;

/** Why each way did not work, filled in as they are tried. */
export type TemporalNotes = Partial<Record<TemporalWay, string>>;

/** What the search needs to know. */
export interface SearchOptions {
  readonly webUi: boolean;
  readonly onProgress: (message: string) => void;
  readonly notes: TemporalNotes;
}

/**
 * The executables to try, best first. What is on this machine already comes before anything is
 * downloaded or built; the next one is only looked for when the one before did not start.
 */
export async function* temporalExecutables(
  options: SearchOptions,
): AsyncGenerator<TemporalExecutable> {
  const { notes } = options;
  notes.address = 'none was given';
  const cli = await findCli(notes);
  if (cli !== undefined) yield { kind: 'cli', path: cli, way: 'path' };

  const downloaded = await findDownloadedServer();
  if (downloaded !== undefined) yield { kind: 'cli', path: downloaded, way: 'download' };
  const built = serverProgram().target;
  const wasBuilt = await isExecutable(built);
  if (wasBuilt) yield { kind: 'server', path: built, way: 'build' };

  if (downloaded === undefined) {
    const path = await attempt(notes, 'download', () => downloadServer(options.onProgress));
    if (path !== undefined) yield { kind: 'cli', path, way: 'download' };
  }
  if (!wasBuilt) {
    const path = await attempt(notes, 'build', () => build(options));
    if (path !== undefined) yield { kind: 'server', path, way: 'build' };
  }
}

/** The one error for when no way led to a running server. */
export function noTemporalServer(notes: TemporalNotes): HoldfastError {
  const reasons = Object.entries(TEMPORAL_WAYS).map(
    ([way, title], index) =>
      `(${index + 1}) ${title}: ${notes[way as TemporalWay] ?? 'was not tried'}`,
  );
  return new HoldfastError(
    'embedded_failed',
    `no Temporal server could be had in any of four ways: ${reasons.join('; ')}`,
    {
      hint:
        'set TEMPORAL_ADDRESS to a server, or install the Temporal CLI ' +
        '(https://docs.temporal.io/cli), or install Go 1.26.8 or newer',
      details: { ways: { ...notes } },
    },
  );
}

async function findCli(notes: TemporalNotes): Promise<string | undefined> {
  const path = await findOnPath('temporal');
  if (path === undefined) {
    notes.path = 'there is none';
    return undefined;
  }
  const says = await new Promise<string>((resolve) => {
    execFile(path, ['--version'], { timeout: 10_000 }, (error, stdout) =>
      resolve(error ? error.message : stdout),
    );
  });
  if (/^temporal version/.test(says)) return path;
  notes.path = `${path} is not Temporal's command line: --version says ${says.trim()}`;
  return undefined;
}

async function build(options: SearchOptions): Promise<string> {
  const server = serverProgram();
  try {
    await buildMissing(options.webUi ? [server, webUiProgram()] : [server], options.onProgress);
  } catch (error) {
    // A server without the Web UI is still a server; its absence is reported where it is started.
    if (!(await isExecutable(server.target))) throw error;
  }
  return server.target;
}

async function attempt<T>(
  notes: TemporalNotes,
  way: TemporalWay,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    notes[way] = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}
