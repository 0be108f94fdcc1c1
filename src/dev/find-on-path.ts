import { delimiter, join } from 'node:path';
import { isExecutable } from './install-binary.ts';

/** The first executable of this name in the folders of PATH. */
export async function findOnPath(name: string): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, file)))) return join(folder, file);
  }
  return undefined;
}
