import { POSTGRES_NAME } from './postgres-cluster.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { TEMPORAL_DATABASES } from './temporal-schema.ts';

/** Enough for one machine; a database keeps the number that it was first started with. */
const SHARDS = 4;

/** The `persistence` of a Temporal server on PostgreSQL: pools as large as its container's. */
export function postgresPersistence({
  port,
  password,
}: Pick<PostgresServer, 'port' | 'password'>): object {
  const sql = (databaseName: keyof typeof TEMPORAL_DATABASES, connections: number): object => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${port}`,
      connectProtocol: 'tcp',
      user: POSTGRES_NAME,
      password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  return {
    defaultStore: 'default',
    visibilityStore: 'visibility',
    numHistoryShards: SHARDS,
    datastores: {
      default: sql('temporal', 20),
      visibility: sql('temporal_visibility', 10),
    },
  };
}
