import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { HoldfastError } from '../../domain/errors.ts';

/** The folder of the installed `typescript` package's `lib`: a hundred real files of all sizes. */
export function defaultFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    return join(dirname(manifest), 'lib');
  } catch (cause) {
    throw new HoldfastError('invalid_input', 'FOLDER: expected a folder with files, got nothing', {
      hint: 'the default is the lib folder of the package typescript, which is not installed here',
      cause,
    });
  }
}

/**
 * Every file under a folder, sorted by path.
 *
 * @throws HoldfastError `invalid_input` when there is no such folder, or no file in it
 */
export async function findFiles(folder: string): Promise<string[]> {
  const entries = await readdir(resolve(folder), { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new HoldfastError(
        'invalid_input',
        `FOLDER: expected a folder, got ${folder} (${why})`,
        {
          cause,
        },
      );
    },
  );
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  if (files.length > 0) return files.sort();
  throw new HoldfastError('invalid_input', `FOLDER: expected files under ${folder}, got none`);
}

/** A file's SHA-256, computed here and now. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
