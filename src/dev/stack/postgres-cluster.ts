import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../domain/errors.ts';
import { findPostgres, type PostgresPrograms } from './find-postgres.ts';
import { runToEnd } from './run-to-end.ts';
import {
  serverAccount,
  underAccount,
  type CommandLine,
  type ServerAccount,
} from './server-account.ts';

/** The role that owns all databases, and the name of the ledger's. */
export const POSTGRES_NAME = 'holdfast';

/** A database cluster on disk, and what is needed to start it. */
export interface PostgresCluster {
  readonly folder: string;
  readonly password: string;
  readonly programs: PostgresPrograms;
  readonly account: ServerAccount | undefined;
}

/**
 * The cluster in a data folder (`postgres/`, with its password in `postgres-password`); makes it,
 * with an empty database for the ledger, when it is not there. It appears complete or not at all.
 *
 * @throws HoldfastError `embedded_failed` when there is no PostgreSQL, or it cannot make a cluster
 */
export async function openCluster(dataDir: string): Promise<PostgresCluster> {
  const folder = join(dataDir, 'postgres');
  const major = await majorOf(folder);
  const programs = await findPostgres(major);
  const account = await serverAccount();
  if (account !== undefined) await openTheWay(dataDir);
  const password = join(dataDir, 'postgres-password');
  if (major === undefined) {
    const create = createCluster({ folder, programs, account, dataDir, password });
    await create.catch((error: unknown) => Promise.reject(failed(error, dataDir, account)));
  }
  return { folder, programs, account, password: (await readFile(password, 'utf8')).trim() };
}

async function majorOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

/** The account must get through our folder, which `mkdtemp` for one closes to all others. */
async function openTheWay(dataDir: string): Promise<void> {
  const { mode } = await stat(dataDir);
  await chmod(dataDir, (mode & 0o777) | 0o011);
}

interface NewCluster extends Omit<PostgresCluster, 'password'> {
  readonly dataDir: string;
  /** The file that the password goes to. */
  readonly password: string;
}

async function createCluster({ folder, programs, account, ...files }: NewCluster): Promise<void> {
  const { dataDir, password } = files;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await rm(password, { force: true });
  await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (account !== undefined) {
    await chown(unfinished, account.uid, account.gid);
    await chown(password, account.uid, account.gid);
  }
  const run = (line: CommandLine, input?: string): Promise<void> =>
    runToEnd(underAccount(account, dataDir, line), input === undefined ? {} : { input });
  const auth = ['--username', POSTGRES_NAME, '--pwfile', password, '--auth', 'scram-sha-256'];
  const text = ['--encoding', 'UTF8', '--locale', 'C'];
  await run({ command: programs.initdb, args: ['-D', unfinished, ...auth, ...text] });
  // Needs no server and no client: this is PostgreSQL's single-user mode.
  const single = ['--single', '-c', 'exit_on_error=on', '-D', unfinished, 'postgres'];
  await run({ command: programs.postgres, args: single }, `create database ${POSTGRES_NAME}\n`);
  await rename(unfinished, folder);
}

function failed(
  error: unknown,
  dataDir: string,
  account: ServerAccount | undefined,
): HoldfastError {
  const reason = error instanceof Error ? error.message : String(error);
  const hint =
    account === undefined
      ? `look at the owner and the room of ${dataDir}`
      : `the user ${account.name}, under whom it runs in place of root, must be able to enter the ` +
        `folders above ${dataDir}: choose another data folder, or start this as another user`;
  const problem = `PostgreSQL could not make a database: ${reason}`;
  return new HoldfastError('embedded_failed', problem, { cause: error, hint });
}
