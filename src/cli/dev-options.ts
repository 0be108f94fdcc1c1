import type { EmbeddedOptions } from '../dev/embedded.ts';
import type { Terminal } from './terminal.ts';
import { usageError } from './usage-error.ts';

/** What `holdfast dev` is told. */
export interface DevFlags {
  readonly config?: string;
  readonly dataDir: string;
  readonly jobs?: string;
  readonly pool?: string;
  readonly name?: string;
  readonly slots?: number;
  readonly temporalPort?: number;
  readonly uiPort?: number;
  readonly ledgerPort?: number;
  readonly json?: boolean;
}

/** What the embedded servers are told: where, and which servers of the environment to use instead. */
export function embeddedOptions(
  { dataDir, temporalPort, uiPort, ledgerPort }: DevFlags,
  env: Terminal['env'],
): EmbeddedOptions {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: name, DATABASE_URL: databaseUrl } = env;
  const namespace = name === undefined || name === '' ? {} : { namespace: name };
  return {
    dataDir,
    ...namespace,
    ...(address === undefined || address === '' ? {} : { temporal: { address, ...namespace } }),
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ports: {
      ...(temporalPort === undefined ? {} : { temporal: temporalPort }),
      ...(uiPort === undefined ? {} : { webUi: uiPort }),
      ...(ledgerPort === undefined ? {} : { ledger: ledgerPort }),
    },
  };
}

/**
 * The pool of the node that is to run as well: the one asked for, else the only one of the handler
 * file; undefined when there is to be no node. The servers take long to start, so the file is read first.
 *
 * @throws HoldfastError `usage` when the file has several pools, `handler_file_failed`
 */
export async function poolOfNode({
  jobs,
  pool,
}: Pick<DevFlags, 'jobs' | 'pool'>): Promise<string | undefined> {
  if (jobs === undefined) return undefined;
  const { loadHandlers } = await import('../handlers/load-handlers.ts');
  const handlers = await loadHandlers(jobs);
  // A client may send any kind to any pool, so the one asked for need not be in the file.
  if (pool !== undefined) return pool;
  const pools = [...new Set([...handlers.values()].map((handler) => handler.pool))];
  if (pools.length === 1) return pools[0];
  throw usageError(
    `--pool: expected one of ${pools.join(', ')} (the pools of ${jobs}), got nothing`,
    'give the pool of this node; start others with `holdfast node`',
  );
}
