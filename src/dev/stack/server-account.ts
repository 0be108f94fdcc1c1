import { execFile } from 'node:child_process';
import { HoldfastError } from '../../domain/errors.ts';
import { findOnPath } from '../find-on-path.ts';

/** The accounts that PostgreSQL may run under when we are root, best first. */
const ACCOUNTS = ['postgres', 'nobody'] as const;

/** An account of the operating system. */
export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A command with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The account that PostgreSQL runs under: `postgres`, else `nobody`, since it refuses to run as root;
 * undefined when we are not root, and it runs under our own.
 *
 * @throws HoldfastError `embedded_failed` when there is neither, or no way to change to it
 */
export async function serverAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const hint = 'start this as a user other than root';
  if ((await findOnPath('setpriv')) === undefined) {
    const problem = 'PostgreSQL does not run as root, and there is no setpriv to change the user';
    throw new HoldfastError('embedded_failed', problem, { hint });
  }
  for (const name of ACCOUNTS) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  const problem = `PostgreSQL does not run as root, and there is no user ${ACCOUNTS.join(' or ')}`;
  throw new HoldfastError('embedded_failed', problem, { hint });
}

/**
 * A command line that runs another one under the account, in a folder: ours may be closed to the
 * account, and PostgreSQL must be able to return to where it was started. Every step replaces itself
 * with the next, so the process id that is started is the one of the command.
 */
export function underAccount(
  account: ServerAccount | undefined,
  folder: string,
  { command, args }: CommandLine,
): CommandLine {
  if (account === undefined) return { command, args };
  const change = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const enter = ['sh', '-c', 'cd "$0" && exec "$@"', folder];
  return { command: 'setpriv', args: [...change, ...enter, command, ...args] };
}

async function idOf(what: '-u' | '-g', name: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile('id', [what, name], (error, stdout) => resolve(error ? undefined : Number(stdout)));
  });
}
