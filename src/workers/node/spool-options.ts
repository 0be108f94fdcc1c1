import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import type { Config } from '../../config/load-config.ts';
import { checkCount } from '../../domain/check.ts';
import { invalid } from '../../domain/errors.ts';

/** Where a node keeps late results, and how many. */
export interface SpoolOptions {
  /**
   * The folder of all nodes: each has one of its own in it, by its name and namespace.
   *
   * @default HOLDFAST_SPOOL_DIR, holdfast.yaml, then `late-results` in the user's state folder
   */
  readonly dir?: string;
  /** Over it the oldest are dropped. @default 256000000 */
  readonly maxBytes?: number;
  /** Over it the oldest are dropped. @default 10000 */
  readonly maxCount?: number;
}

/** {@link SpoolOptions}, checked and with every default filled in. */
export type ResolvedSpoolOptions = Required<SpoolOptions>;

const BYTES_OF_MB = 1_000_000;
const MAX_COUNT = 10_000;

/**
 * The options with every default filled in.
 *
 * @throws HoldfastError `invalid_input` naming the first option that is wrong
 */
export function resolveSpoolOptions(
  options: SpoolOptions = {},
  { spoolDir, spoolMaxMb }: Pick<Config['node'], 'spoolDir' | 'spoolMaxMb'>,
): ResolvedSpoolOptions {
  const { dir = spoolDir, maxBytes = spoolMaxMb * BYTES_OF_MB, maxCount = MAX_COUNT } = options;
  return {
    dir: dir === undefined ? defaultDir() : dirOf(dir),
    maxBytes: checkCount(maxBytes, 'spool.maxBytes', 1),
    maxCount: checkCount(maxCount, 'spool.maxCount', 1),
  };
}

function dirOf(dir: unknown): string {
  // A working folder that changes later shall not move it.
  if (typeof dir === 'string' && dir !== '') return resolve(dir);
  throw invalid('spool.dir', 'the path of a folder', dir);
}

/** `~/.local/state/holdfast/late-results` on Linux. */
function defaultDir(): string {
  const { data, log } = envPaths('holdfast', { suffix: '' });
  // Only Linux has a folder for state; env-paths has it for logs.
  return join(process.platform === 'linux' ? log : data, 'late-results');
}
