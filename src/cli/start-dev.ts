import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Embedded } from '../dev/embedded.ts';
import type { RunningNode } from '../workers/node/start-node.ts';
import type { RunningOrchestrator } from '../workers/orchestrator/start-orchestrator.ts';
import type { Config } from '../config/load-config.ts';
import { createLog, LOG_SETTINGS, logFormat } from './create-log.ts';
import { planDevCodec } from './dev-codec.ts';
import type { DevFlags } from './dev-options.ts';
import { embeddedOptions, poolOfNode } from './dev-options.ts';
import { removeDevServers, writeDevServers } from './dev-servers.ts';
import { formatDevSummary } from './format/dev-summary.ts';
import { formatDocument } from './format/document.ts';
import { pick } from './pick.ts';
import { RETENTION_SETTINGS } from './retention-flags.ts';
import type { Running } from './run-until-stopped.ts';
import { givenSettings } from './setting-flags.ts';
import { HEALTH_SETTINGS, startWithHealth } from './start-with-health.ts';
import type { Terminal } from './terminal.ts';

interface StartedDev {
  readonly embedded: Embedded;
  readonly orchestrator: RunningOrchestrator;
  readonly node: (RunningNode & { readonly pool: string }) | undefined;
}

/** What the parts share. */
interface DevSetup {
  readonly flags: DevFlags;
  readonly config: Config;
  readonly log: Logger;
}

const SETTINGS = ['resources', ...RETENTION_SETTINGS, ...HEALTH_SETTINGS, ...LOG_SETTINGS];

/** Starts all parts of `holdfast dev`, tells where they are, and stops them in the reverse order. */
export async function startDev(flags: DevFlags, terminal: Terminal): Promise<Running> {
  const { loadConfig } = await import('../config/load-config.ts');
  const { env, cwd } = terminal;
  const given = givenSettings(flags, SETTINGS);
  const config = await loadConfig({ file: flags.config, flags: given, env, cwd });
  const pool = await poolOfNode(flags);
  const log = await createLog(config.log, terminal);
  const ownFlags = { ...flags, ...(pool === undefined ? {} : { pool }) };
  return startWithHealth('dev', config.health, log, () =>
    startParts({ flags: ownFlags, config, log }, terminal),
  );
}

async function startParts({ flags, config, log }: DevSetup, terminal: Terminal) {
  const undo: (() => Promise<void>)[] = [];
  const stop = (): Promise<void> => runAll(undo.splice(0).reverse());
  try {
    const onProgress = progressTo(logFormat(config.log, terminal) === 'json' ? log : terminal);
    const { startEmbedded } = await import('../dev/embedded.ts');
    const codec = await planDevCodec(config);
    const { endpoint: codecEndpoint } = codec ?? {};
    const own = { ...embeddedOptions(flags, terminal.env), codecEndpoint };
    const embedded = await startEmbedded({ ...own, onProgress });
    undo.push(() => embedded.stop());
    const setup = { flags, config: onServers(config, embedded), log };
    const orchestrator = await startDevOrchestrator(setup);
    undo.push(() => orchestrator.stop());
    const api = await codec?.serve(embedded, log);
    if (api !== undefined) undo.push(() => api.stop());
    const { pool } = flags;
    const node = pool === undefined ? undefined : await startDevNode(setup, pool);
    if (node !== undefined) undo.push(() => node.stop());
    undo.push(() => removeDevServers(flags.dataDir));
    await announce({ embedded, orchestrator, node }, flags, terminal);
    const parts = [orchestrator, ...(node === undefined ? [] : [node])];
    const stopped = Promise.race(parts.map((part) => part.stopped));
    return { stopped, stop, whyNotReady: () => firstReason(parts) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs all steps one after the other, also after one that fails; then rejects with the first failure. */
async function runAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function firstReason(
  parts: readonly Pick<RunningNode, 'whyNotReady'>[],
): Promise<string | undefined> {
  for (const { whyNotReady } of parts) {
    const reason = await whyNotReady();
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function progressTo(place: Logger | Terminal): (message: string) => void {
  if ('note' in place) return (message) => void place.note(message);
  return (step) => place.info({ step }, 'dev.starting');
}

/** What the file says of servers is not for those that we run ourselves. */
function onServers(config: Config, { temporal, databaseUrl }: Embedded): Config {
  const { address, namespace } = temporal;
  return {
    ...config,
    temporal: { address, namespace, profile: undefined },
    database: { url: databaseUrl },
  };
}

async function startDevOrchestrator({ flags, ...own }: DevSetup): Promise<RunningOrchestrator> {
  const { startOrchestrator } = await import('../workers/orchestrator/start-orchestrator.ts');
  return startOrchestrator({ ...own, ...pick(flags, 'jobs') });
}

async function startDevNode(
  { flags, ...own }: DevSetup,
  pool: string,
): Promise<RunningNode & { readonly pool: string }> {
  const { startNode } = await import('../workers/node/start-node.ts');
  const { jobs = '', name = 'dev', dataDir } = flags;
  // Results of another folder's servers are not for these.
  const spool = { dir: join(dataDir, 'late-results') };
  const node = await startNode({ ...own, jobs, name, pool, ...pick(flags, 'slots'), spool });
  return { ...node, pool };
}

/** Tells other commands, by a file, and whoever started this one. */
async function announce(
  { embedded, orchestrator, node }: StartedDev,
  { dataDir, jobs, json = false }: DevFlags,
  { print, cwd }: Terminal,
): Promise<void> {
  const { databaseUrl, webUi = null } = embedded;
  const temporal = pick(embedded.temporal, 'address', 'namespace');
  const servers = { pid: process.pid, temporal, databaseUrl, webUi };
  await writeDevServers(dataDir, servers);
  if (json) {
    const parts = {
      orchestrator: orchestrator.identity,
      node: node && pick(node, 'name', 'incarnation', 'pool'),
    };
    await print(formatDocument({ ...servers, ...parts }));
  } else {
    await print(...formatDevSummary({ ...servers, dataDir, cwd, node, jobs }));
  }
}
