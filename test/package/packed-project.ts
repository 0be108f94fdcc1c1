import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONSUMER = fileURLToPath(new URL('./consumer/', import.meta.url));
const LIMIT_MS = 280_000;

const execute = promisify(execFile);

/** An empty project in which the packed package is installed. */
export interface PackedProject {
  readonly folder: string;
  /** The paths in the tarball. */
  readonly packed: readonly string[];
  /** Runs a program with Node in the project and answers its standard output. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the built package, and installs it with the consumer's files in a folder of its own. */
export async function packedProject(): Promise<PackedProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-package-')));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [tarball] = JSON.parse(await npm(ROOT, pack)) as [
    { filename: string; files: { path: string }[] },
  ];
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await cp(CONSUMER, folder, { recursive: true });
  const others = await Promise.all(['zod', '@types/node', 'typescript'].map(versioned));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
  await npm(folder, ['install', ...flags, `./${tarball.filename}`, ...others]);
  return {
    folder,
    packed: tarball.files.map(({ path }) => path),
    run: (args, env) => run(folder, process.execPath, args, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A package with the version that this repository has, which npm's cache has, too. */
async function versioned(name: string): Promise<string> {
  const text = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
  return `${name}@${(JSON.parse(text) as { version: string }).version}`;
}

function npm(folder: string, args: readonly string[]): Promise<string> {
  return run(folder, 'npm', args);
}

async function run(
  cwd: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, timeout: LIMIT_MS };
    return (await execute(command, [...args], options)).stdout;
  } catch (error) {
    // The compiler tells its findings on standard output.
    const { message, stdout } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout ?? ''}`, { cause: error });
  }
}
