import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTethered } from '../../dist/dev/tethered.js';
import type { Json } from '../../src/domain/json.ts';

const SOURCE = fileURLToPath(new URL('./foreign-client/', import.meta.url));
const PROGRESS_EVERY = 50;

/** Where the program finds Temporal. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

/** How the program says that a job ended. */
export interface Ending {
  readonly result?: Json;
  readonly code?: string;
  readonly message?: string;
  readonly detail?: { readonly code: string; readonly message: string; readonly name?: string };
}

/** Builds the program into a folder; its modules are downloaded where that has not been done. */
export async function buildForeignClient(folder: string): Promise<string> {
  const program = join(folder, process.platform === 'win32' ? 'client.exe' : 'client');
  // Tied to this process, as a build that outlives its test helps nobody.
  const go = await startTethered({
    command: 'go',
    args: ['build', '-C', SOURCE, '-v', '-o', program, '.'],
  });
  const lines: string[] = [];
  const take = (line: string): void => {
    if (lines.push(line) % PROGRESS_EVERY !== 1) return;
    process.stderr.write(`building the foreign client: ${lines.length} packages, ${line}\n`);
  };
  await Promise.all(
    go.output.map(async (input) => {
      for await (const line of createInterface({ input })) take(line);
    }),
  );
  const how = await go.exited;
  if (how === 'exit code 0') return program;
  throw new Error(`go build of ${SOURCE} ended with ${how}:\n${lines.slice(-20).join('\n')}`);
}

/** Runs the program to submit a job, and waits for what it says of the job's end. */
export async function submit(
  program: string,
  place: TemporalPlace,
  id: string,
  request: object,
): Promise<Ending> {
  const child = spawn(program, [id], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(place),
  });
  const exit = once(child, 'exit');
  child.stdin.end(JSON.stringify(request));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await exit) as [number | null];
  if (code !== 0) throw new Error(`the foreign client ended with ${code}: ${errors}`);
  return JSON.parse(output) as Ending;
}

/** Runs the program to query a job's status. */
export async function queryStatus(
  program: string,
  place: TemporalPlace,
  id: string,
): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, ['--status', id], {
    env: environment(place),
  });
  return JSON.parse(stdout);
}

function environment({ address, namespace }: TemporalPlace): NodeJS.ProcessEnv {
  return { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}
