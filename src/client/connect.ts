import type { Connection } from '@temporalio/client';
import { Client } from '@temporalio/client';
import { databaseUrl } from '../config/database-url.ts';
import type { ConfigOption } from '../config/given-config.ts';
import { givenConfig } from '../config/given-config.ts';
import type { TemporalOptions } from '../config/temporal.ts';
import { temporalConfig } from '../config/temporal.ts';
import type { Orchestrator } from '../domain/orchestrator.ts';
import { temporalError } from '../domain/temporal-error.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Change } from './audited.ts';
import { audited } from './audited.ts';
import type { Connections } from './connections.ts';
import type { JobsClient } from './jobs.ts';
import { createJobsClient } from './jobs.ts';
import type { NodesClient } from './nodes.ts';
import { createNodesClient } from './nodes.ts';
import { openConnection } from './open-connection.ts';
import type { OutboxClient } from './outbox.ts';
import type { PayloadsClient } from './payloads.ts';
import { createPayloadsClient } from './payloads.ts';
import { createOutboxClient } from './outbox.ts';
import type { ResourcesClient } from './resources.ts';
import { createResourcesClient } from './resources.ts';
import type { SchedulesClient } from './schedules.ts';
import { createSchedulesClient } from './schedules.ts';
import type { SessionsClient } from './sessions.ts';
import { createSessionsClient } from './sessions.ts';
import type { SweepOptions, Swept } from './sweep/sweep.ts';
import { sweep } from './sweep/sweep.ts';

/** Options of {@link connect}; what is left out comes from the environment, then from holdfast.yaml. */
export interface ConnectOptions extends ConfigOption {
  /** @default TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, holdfast.yaml, temporal.toml, then 127.0.0.1:7233 and default */
  readonly temporal?: TemporalOptions;
  /** The ledger. @default DATABASE_URL, then holdfast.yaml */
  readonly databaseUrl?: string;
}

/** A connection to Holdfast: Temporal to start jobs, the ledger to read what became of them. */
export interface HoldfastClient {
  readonly jobs: JobsClient;
  readonly nodes: NodesClient;
  readonly sessions: SessionsClient;
  readonly schedules: SchedulesClient;
  readonly outbox: OutboxClient;
  /**
   * Compares ledger and Temporal and repairs what differs, as orchestrators do by themselves every
   * minute; answers when it has looked at all.
   *
   * @throws HoldfastError `temporal_unavailable`, `ledger_unavailable` or `ledger_of_other_namespace`; what
   *   was done is done
   */
  sweep(options?: SweepOptions): Promise<Swept>;
  readonly resources: ResourcesClient;
  /**
   * The orchestrators that work and those that were killed, the one heard from last first.
   *
   * @throws HoldfastError `ledger_unavailable`
   */
  orchestrators(): Promise<Orchestrator[]>;
  readonly payloads: PayloadsClient;
  /** Closes both connections; whoever follows a session gets an error. */
  close(): Promise<void>;
}

/**
 * Connects to Temporal and to the ledger, and checks both.
 *
 * @throws HoldfastError `temporal_unavailable`, `ledger_unavailable`, `ledger_schema_newer`, or
 *   `invalid_input` when no ledger is named or the configuration is wrong
 */
export async function connect(options: ConnectOptions = {}): Promise<HoldfastClient> {
  const { client } = await openClient(options);
  return client;
}

/** Makes a change, and puts it on record. See {@link audited}. */
export type Audited = <Result>(
  work: () => Promise<Result>,
  change: Change<Result>,
) => Promise<Result>;

/** As {@link connect}; for the command line, which puts on record what it changes. */
export async function openClient(
  options: ConnectOptions,
): Promise<{ readonly client: HoldfastClient; readonly audited: Audited }> {
  const config = await givenConfig(options);
  const ledger = openLedger(databaseUrl(options.databaseUrl ?? config.database.url));
  const server = temporalConfig(config.temporal, options.temporal);
  const { connectionOptions, namespace, encryption } = server;
  const place = { address: connectionOptions.address, namespace };
  let connection: Connection | undefined;
  const { sessions, endReaders } = createSessionsClient(ledger);
  const close = async () => {
    await endReaders();
    await connection?.close();
    await ledger.close();
  };
  try {
    await ledger.checkSchema();
    connection = await openConnection({ connectionOptions });
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    await close();
    throw temporalError(error, place);
  }
  const { dataConverter } = encryption;
  const temporal = new Client({ connection, namespace, dataConverter });
  const connections = { client: temporal, ledger, place, kinds: config.kinds };
  const client = {
    ...clientOver(connections),
    sessions,
    payloads: createPayloadsClient(encryption.codec),
    close,
  };
  return { client, audited: (work, change) => audited(ledger.access, work, change) };
}

function clientOver(
  connections: Connections,
): Omit<HoldfastClient, 'sessions' | 'payloads' | 'close'> {
  const { ledger } = connections;
  return {
    jobs: createJobsClient(connections),
    nodes: createNodesClient(connections),
    schedules: createSchedulesClient(connections),
    outbox: createOutboxClient(ledger),
    sweep: (options) => sweep(connections, options),
    resources: createResourcesClient(connections),
    orchestrators: () => ledger.listOrchestrators(),
  };
}
