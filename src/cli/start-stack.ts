import { join } from 'node:path';
import type { PostgresStack } from '../dev/stack/postgres-stack.ts';
import { HoldfastError } from '../domain/errors.ts';
import { createLog, LOG_SETTINGS, logFormat } from './create-log.ts';
import type { DevServers } from './dev-servers.ts';
import { DEV_FOLDER, removeDevServers, writeDevServers } from './dev-servers.ts';
import { formatDocument } from './format/document.ts';
import { formatFields } from './format/table.ts';
import type { Running } from './run-until-stopped.ts';
import { givenSettings } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

/** What `holdfast stack` is told. */
export interface StackFlags {
  readonly dataDir: string;
  readonly namespace: string;
  readonly temporalPort: number;
  readonly uiPort: number;
  readonly postgresPort: number;
  readonly webUi: boolean;
  readonly json?: boolean;
}

/** Starts the servers of `holdfast stack`, tells where they are, and stops them. */
export async function startStack(flags: StackFlags, terminal: Terminal): Promise<Running> {
  const { dataDir, namespace, webUi } = flags;
  const { startPostgresStack } = await import('../dev/stack/postgres-stack.ts');
  const stack = await startPostgresStack({
    dataDir,
    namespace,
    webUi,
    ports: { temporal: flags.temporalPort, webUi: flags.uiPort, postgres: flags.postgresPort },
    onProgress: await progressTo(flags, terminal),
  });
  const stop = async (): Promise<void> => {
    await removeDevServers(dataDir);
    await stack.stop();
  };
  try {
    await announce(stack, flags, terminal);
  } catch (error) {
    await stop();
    throw error;
  }
  const stopped = stack.ended.then((how) => {
    throw new HoldfastError('embedded_failed', how, { hint: `look into the logs in ${dataDir}` });
  });
  return { stopped, stop };
}

async function progressTo(
  flags: StackFlags,
  terminal: Terminal,
): Promise<(message: string) => void> {
  const { loadConfig } = await import('../config/load-config.ts');
  const { env, cwd } = terminal;
  const { log: how } = await loadConfig({ flags: givenSettings(flags, LOG_SETTINGS), env, cwd });
  if (logFormat(how, terminal) === 'pretty') return (message) => void terminal.note(message);
  const log = await createLog(how, terminal);
  return (step) => log.info({ step }, 'stack.progress');
}

/** Tells other commands, by the file of `holdfast dev`, and whoever started this one. */
async function announce(
  stack: PostgresStack,
  { dataDir, json = false }: StackFlags,
  { print, cwd }: Terminal,
): Promise<void> {
  const { temporal, databaseUrl, webUi = null } = stack;
  const servers = { pid: process.pid, temporal, databaseUrl, webUi };
  await writeDevServers(dataDir, servers);
  await print(...(json ? [formatDocument(servers)] : summary(servers, dataDir, cwd)));
}

function summary(
  { temporal, databaseUrl, webUi }: DevServers,
  dataDir: string,
  cwd: string,
): string[] {
  const isFound = dataDir === join(cwd, DEV_FOLDER);
  const { address, namespace } = temporal;
  return [
    '',
    ...formatFields({
      Temporal: `${address}, namespace ${namespace}`,
      'Web UI': webUi ?? 'none',
      ledger: databaseUrl,
      data: dataDir,
    }),
    '',
    isFound ? 'Next, in other terminals in this folder:' : 'Next, in other terminals:',
    ...(isFound
      ? []
      : [
          `  export TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=${namespace}`,
          `  export DATABASE_URL='${databaseUrl}'`,
        ]),
    '  holdfast orchestrator',
    '  holdfast node --pool default --name n1 --jobs ./jobs.ts',
    "  holdfast submit KIND --jobs ./jobs.ts --input '{…}' --wait",
    '',
    'Ctrl-C stops all.',
  ];
}
