import type { Command } from 'commander';
import type { ConfigFile } from '../config/config-file.ts';
import type { Config, InspectedConfig } from '../config/load-config.ts';
import { findDevServers } from './dev-servers.ts';
import type { ShownSetting } from './format/config.ts';
import { addSettings, givenSettings } from './setting-flags.ts';
import type { Terminal } from './terminal.ts';

/** The options by which a command is told where the servers are. */
export interface ConnectionFlags {
  readonly config?: string;
  readonly temporalAddress?: string;
  readonly namespace?: string;
  readonly databaseUrl?: string;
}

/** What connects a command: its configuration, which says where the servers are. */
export interface FoundConnection {
  readonly config: Config;
}

type Place = Pick<Terminal, 'env' | 'cwd'>;

const GROUP = 'Where the servers are:';
const TEMPORAL = ['temporal.address', 'temporal.namespace'];
const DATABASE = ['database.url'];

/** Adds the options of {@link ConnectionFlags} that say where Temporal is. */
export function addTemporalOptions(command: Command): Command {
  addConfigOption(command);
  return addSettings(command, GROUP, TEMPORAL);
}

/** Adds the option of {@link ConnectionFlags} that says where the ledger is. */
export function addDatabaseOption(command: Command, group = 'Where the ledger is:'): Command {
  return addSettings(command, group, DATABASE);
}

/** Adds all options of {@link ConnectionFlags}. */
export function addConnectionOptions(command: Command): Command {
  return addDatabaseOption(addTemporalOptions(command), GROUP);
}

/** Adds the option that names the configuration file. */
export function addConfigOption(command: Command): Command {
  return command
    .optionsGroup(GROUP)
    .option(
      '--config <file>',
      'the configuration (default: the nearest holdfast.yaml, env: HOLDFAST_CONFIG)',
    );
}

/**
 * The configuration, with where the servers are: options, then the environment, then a file that was
 * named, then a `holdfast dev` of this folder or one above it, then a file that was found. The
 * `holdfast dev` counts only when nothing that comes before it says otherwise, so that jobs never go to
 * one place and their ledger to another.
 *
 * @param paths the settings of which the command has flags, besides those of connections
 */
export async function findConnection(
  flags: ConnectionFlags,
  place: Place,
  paths: readonly string[] = [],
): Promise<FoundConnection> {
  return find(flags, place, [...TEMPORAL, ...DATABASE, ...paths], true);
}

/** The same for a command that needs no ledger; {@link findConnection} says how. */
export async function findTemporal(
  flags: Omit<ConnectionFlags, 'databaseUrl'>,
  place: Place,
  paths: readonly string[] = [],
): Promise<FoundConnection> {
  return find(flags, place, [...TEMPORAL, ...paths], false);
}

/** The settings of {@link findConnection}, as they are shown. @throws HoldfastError `invalid_input` */
export async function inspectConnection(
  flags: ConnectionFlags,
  place: Place,
): Promise<{ readonly settings: readonly ShownSetting[]; readonly file: ConfigFile | undefined }> {
  const { inspected, dev } = await lookUp(flags, place, [...TEMPORAL, ...DATABASE], true);
  const { settings, file } = inspected;
  if (dev === undefined) return { settings, file };
  const shown: Readonly<Record<string, string | undefined>> = {
    'temporal.address': dev.temporal.address,
    'temporal.namespace': dev.temporal.namespace,
    'database.url': dev.database.url,
  };
  const ofDev = (setting: ShownSetting): ShownSetting =>
    Object.hasOwn(shown, setting.path)
      ? { ...setting, shown: shown[setting.path], origin: { kind: 'dev' } }
      : setting;
  return { settings: settings.map(ofDev), file };
}

async function find(...args: Parameters<typeof lookUp>): Promise<FoundConnection> {
  const { config, dev } = await lookUp(...args);
  return { config: dev === undefined ? config : { ...config, ...dev } };
}

async function lookUp(
  flags: ConnectionFlags,
  { env, cwd }: Place,
  paths: readonly string[],
  needsLedger: boolean,
) {
  const { configOf, inspectConfig } = await import('../config/load-config.ts');
  const given = givenSettings(flags, paths);
  const inspected = await inspectConfig({ file: flags.config, flags: given, env, cwd });
  const config = configOf(inspected);
  const servers = givenServers(inspected, config);
  const looked = needsLedger ? servers : { ...servers, url: undefined };
  return { inspected, config, dev: await devServers(looked, config, cwd) };
}

/** What comes before a `holdfast dev`. */
interface GivenServers {
  readonly address: string | undefined;
  readonly namespace: string | undefined;
  readonly url: string | undefined;
}

function givenServers({ settings, isNamed }: InspectedConfig, config: Config): GivenServers {
  const originOf = (path: string) => settings.find((each) => each.path === path)?.origin.kind;
  const isGiven = (path: string): boolean => {
    const origin = originOf(path);
    return origin === 'flag' || origin === 'variable' || (origin === 'file' && isNamed);
  };
  const { address, namespace } = config.temporal;
  return {
    address: isGiven('temporal.address') ? address : undefined,
    // TEMPORAL_NAMESPACE belongs to TEMPORAL_ADDRESS: it says nothing of a `holdfast dev`.
    namespace: originOf('temporal.namespace') === 'flag' ? namespace : undefined,
    url: isGiven('database.url') ? config.database.url : undefined,
  };
}

async function devServers(
  { address, namespace, url }: GivenServers,
  config: Config,
  cwd: string,
): Promise<Pick<Config, 'temporal' | 'database'> | undefined> {
  const dev = await findDevServers(cwd);
  if (dev === undefined) return undefined;
  if (address !== undefined && address !== dev.temporal.address) return undefined;
  if (url !== undefined && url !== dev.databaseUrl) return undefined;
  const own = {
    ...{ address: dev.temporal.address, namespace: namespace ?? dev.temporal.namespace },
    profile: undefined,
  };
  return {
    temporal: address === undefined ? own : config.temporal,
    database: { url: dev.databaseUrl },
  };
}
