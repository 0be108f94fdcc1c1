import { spawn } from 'node:child_process';
import type { CommandLine } from './server-account.ts';

/** Of what a command printed, how much an error shows. */
const SHOWN_LINES = 15;

/** What a command is given beside its arguments. */
export interface RunToEndOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input. */
  readonly input?: string;
}

/**
 * Runs a command to its end.
 *
 * @throws Error with its last lines when it does not start or ends with another exit code than 0
 */
export async function runToEnd(
  { command, args }: CommandLine,
  { env = {}, input = '' }: RunToEndOptions = {},
): Promise<void> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  let output = '';
  const take = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  // A command that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined).end(input);
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  if (how === 'exit code 0') return;
  const last = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n  ');
  throw new Error(`${command} ended with ${how}${last === '' ? '' : `:\n  ${last}`}`);
}
