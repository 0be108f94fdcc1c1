import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { HoldfastError, invalid, show } from '../domain/errors.ts';
import type { ConfigFault } from './config-fault.ts';
import type { Steps } from './yaml-lines.ts';

/** The name of a configuration file that is found by itself. */
const CONFIG_NAME = 'holdfast.yaml';

/** A configuration file that was read. */
export interface ConfigFile {
  readonly path: string;
  /** As people are told of it: from the current folder. */
  readonly name: string;
  /** What it holds. */
  readonly value: unknown;
  /** Why it is no YAML. */
  readonly faults: readonly ConfigFault[];
  /** The line of a value, or else of what it would stand in. */
  lineOf(steps: Steps): number;
}

/** The configuration file of a folder, or of the nearest one above it. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  const path = join(folder, CONFIG_NAME);
  const isThere = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isThere) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : findConfigFile(parent);
}

/**
 * Reads a configuration file.
 *
 * @param named what has named it, for the error
 * @throws HoldfastError `invalid_input` when it cannot be read
 */
export async function readConfigFile(
  file: string,
  cwd: string,
  named = 'config',
): Promise<ConfigFile> {
  const path = resolve(cwd, file);
  const text = await readText(path, file, named);
  const { LineCounter, parseDocument } = await import('yaml');
  const { lineOf } = await import('./yaml-lines.ts');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const name = relative(cwd, path);
  const faults = document.errors.map(({ pos, message }) => ({
    place: `${name}, line ${lines.linePos(pos[0]).line}`,
    message: invalid('the file', 'YAML', message).message,
    hint: undefined,
  }));
  return {
    path,
    name,
    value: faults.length === 0 ? (document.toJS() as unknown) : undefined,
    faults,
    lineOf: (steps) => lineOf(document, lines, steps),
  };
}

async function readText(path: string, file: string, named: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'which does not exist' : `which does not open (${code})`;
    const message = `${named}: expected a file that can be read, got ${show(file)}, ${why}`;
    const hint = `give the path of a ${CONFIG_NAME}; it is from the current folder`;
    throw new HoldfastError('invalid_input', message, { hint, cause: error });
  }
}
