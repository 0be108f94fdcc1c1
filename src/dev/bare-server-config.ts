import type { InnerPorts } from './inner-ports.ts';

/**
 * The configuration file of the bare server, as an object: one shard, SQLite on a file that sets itself
 * up, everything on the loopback interface.
 *
 * @param database path of the SQLite file. Never in memory: the pool drops its only connection after a
 *   time, and the database with it
 * @param settings path of the dynamic configuration file
 */
export function bareServerConfig(
  port: number,
  inner: InnerPorts,
  database: string,
  settings: string,
): object {
  const disabled = { history: { state: 'disabled' }, visibility: { state: 'disabled' } };
  return {
    log: { stdout: true, level: 'warn' },
    persistence: persistence(database),
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: { rpc: { ...rpc(port, inner.frontendMembership), httpPort: inner.http } },
      matching: { rpc: rpc(inner.matching, inner.matchingMembership) },
      history: { rpc: rpc(inner.history, inner.historyMembership) },
      worker: { rpc: rpc(inner.worker, inner.workerMembership) },
    },
    clusterMetadata: clusterMetadata(port, inner.http),
    dcRedirectionPolicy: { policy: 'noop' },
    archival: disabled,
    namespaceDefaults: { archival: disabled },
    dynamicConfigClient: { filepath: settings, pollInterval: '10s' },
  };
}

function rpc(grpcPort: number, membershipPort: number): object {
  return { grpcPort, membershipPort, bindOnLocalHost: true };
}

function persistence(databaseName: string): object {
  const sql = {
    pluginName: 'sqlite',
    databaseName,
    connectAddr: 'localhost',
    connectProtocol: 'tcp',
    connectAttributes: { mode: 'rwc', setup: 'true', journal_mode: 'wal', synchronous: 'normal' },
    maxConns: 1,
    maxIdleConns: 1,
  };
  return {
    defaultStore: 'sqlite-default',
    visibilityStore: 'sqlite-visibility',
    numHistoryShards: 1,
    datastores: { 'sqlite-default': { sql }, 'sqlite-visibility': { sql } },
  };
}

function clusterMetadata(port: number, httpPort: number): object {
  return {
    enableGlobalNamespace: false,
    failoverVersionIncrement: 10,
    masterClusterName: 'active',
    currentClusterName: 'active',
    clusterInformation: {
      active: {
        enabled: true,
        initialFailoverVersion: 1,
        rpcName: 'frontend',
        rpcAddress: `127.0.0.1:${port}`,
        httpAddress: `127.0.0.1:${httpPort}`,
      },
    },
  };
}
