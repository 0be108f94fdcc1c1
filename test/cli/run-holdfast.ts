import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

// A variable that is undefined is not passed on.
const NO_SERVERS = {
  TEMPORAL_ADDRESS: undefined,
  TEMPORAL_NAMESPACE: undefined,
  DATABASE_URL: undefined,
};

/** What became of a command. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  /** Given to it instead of the variables that would name servers; undefined takes one from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** Runs the program as users do: `holdfast …args`, with no server named in its environment. */
export async function runHoldfast(
  args: readonly string[],
  { env = {}, cwd, stdin = '' }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...NO_SERVERS, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  child.stdin.on('error', () => undefined).end(stdin);
  const exited = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await exited, stdout, stderr };
}
