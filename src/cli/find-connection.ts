import type { Command } from 'commander';
import { findDevServers } from './dev-servers.ts';
import type { Terminal } from './terminal.ts';

/** The options by which a command is told where the servers are. */
export interface ConnectionFlags {
  readonly temporalAddress?: string;
  readonly namespace?: string;
  readonly databaseUrl?: string;
}

/** Where the servers are; what is left out, the environment and temporal.toml tell. */
export interface FoundConnection {
  readonly temporal: { readonly address?: string; readonly namespace?: string };
  readonly databaseUrl?: string;
}

const GROUP = 'Where the servers are:';

/** Adds the options of {@link ConnectionFlags} that say where Temporal is. */
export function addTemporalOptions(command: Command): Command {
  return command
    .optionsGroup(GROUP)
    .option('--temporal-address <host:port>', 'Temporal (default: TEMPORAL_ADDRESS)')
    .option('--namespace <name>', 'its namespace (default: TEMPORAL_NAMESPACE)');
}

/** Adds the option of {@link ConnectionFlags} that says where the ledger is. */
export function addDatabaseOption(command: Command, group = 'Where the ledger is:'): Command {
  return command
    .optionsGroup(group)
    .option('--database-url <url>', 'the ledger (default: DATABASE_URL)');
}

/** Adds all options of {@link ConnectionFlags}. */
export function addConnectionOptions(command: Command): Command {
  return addDatabaseOption(addTemporalOptions(command), GROUP);
}

/**
 * Where the servers are: options, then the environment, then a `holdfast dev` of this folder or
 * one above it. That one counts only when nothing that was given says otherwise, so that jobs
 * never go to one place and their ledger to another.
 */
export async function findConnection(
  flags: ConnectionFlags,
  terminal: Pick<Terminal, 'env' | 'cwd'>,
): Promise<FoundConnection> {
  const given = givenConnection(flags, terminal.env);
  const dev = await devConnection(given, terminal.cwd);
  if (dev !== undefined) return dev;
  const { databaseUrl } = given;
  return { temporal: temporalOf(given), ...(databaseUrl === undefined ? {} : { databaseUrl }) };
}

/** Where Temporal is, for a command that needs no ledger; {@link findConnection} says how. */
export async function findTemporal(
  flags: Omit<ConnectionFlags, 'databaseUrl'>,
  terminal: Pick<Terminal, 'env' | 'cwd'>,
): Promise<FoundConnection['temporal']> {
  const given = { ...givenConnection(flags, terminal.env), databaseUrl: undefined };
  return (await devConnection(given, terminal.cwd))?.temporal ?? temporalOf(given);
}

interface GivenConnection {
  readonly address: string | undefined;
  readonly namespace: string | undefined;
  readonly databaseUrl: string | undefined;
}

function givenConnection(flags: ConnectionFlags, env: Terminal['env']): GivenConnection {
  return {
    address: flags.temporalAddress ?? nonEmpty(env['TEMPORAL_ADDRESS']),
    // TEMPORAL_NAMESPACE belongs to TEMPORAL_ADDRESS: it says nothing of a `holdfast dev`.
    namespace: flags.namespace,
    databaseUrl: flags.databaseUrl ?? nonEmpty(env['DATABASE_URL']),
  };
}

async function devConnection(
  given: GivenConnection,
  cwd: string,
): Promise<FoundConnection | undefined> {
  const dev = await findDevServers(cwd);
  if (dev === undefined) return undefined;
  const { address, namespace, databaseUrl } = given;
  if (address !== undefined && address !== dev.temporal.address) return undefined;
  if (databaseUrl !== undefined && databaseUrl !== dev.databaseUrl) return undefined;
  const temporal =
    address === undefined
      ? { ...dev.temporal, ...(namespace === undefined ? {} : { namespace }) }
      : temporalOf(given);
  return { temporal, databaseUrl: dev.databaseUrl };
}

function temporalOf({ address, namespace }: GivenConnection): FoundConnection['temporal'] {
  return {
    ...(address === undefined ? {} : { address }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
