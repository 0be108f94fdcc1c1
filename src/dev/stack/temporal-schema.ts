import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { GoProgram } from '../go-toolchain.ts';
import { POSTGRES_NAME } from './postgres-cluster.ts';
import type { PostgresServer } from './postgres-server.ts';
import { runToEnd } from './run-to-end.ts';

/** Temporal's databases, and the name of the schema of each inside Temporal's SQL tool. */
export const TEMPORAL_DATABASES = {
  temporal: 'postgresql/v12/temporal',
  temporal_visibility: 'postgresql/v12/visibility',
} as const;

/** Temporal's own tool for its schema, from its official source (10 seconds after the server). */
export function sqlToolProgram(): GoProgram {
  const file = process.platform === 'win32' ? 'sql.exe' : 'sql';
  return {
    title: "Temporal's SQL tool",
    source: 'go.temporal.io/server/cmd/tools/sql@v1.32.1',
    target: join(cacheFolder(), 'bin', 'temporal-sql-tool-1.32.1', file),
  };
}

/**
 * Creates Temporal's databases with their schemas, or brings those that are there to this version.
 * The steps are those of `deploy/temporal/schema.sh`. Repeating it has no effect.
 *
 * @throws Error with what the tool said
 */
export async function prepareTemporalSchema(
  server: Pick<PostgresServer, 'port' | 'password'>,
): Promise<void> {
  const databases = Object.entries(TEMPORAL_DATABASES);
  await Promise.all(databases.map(([name, schema]) => prepareDatabase(server, name, schema)));
}

async function prepareDatabase(
  { port, password }: Pick<PostgresServer, 'port' | 'password'>,
  database: string,
  schema: string,
): Promise<void> {
  const place = ['--endpoint', '127.0.0.1', '--port', `${port}`, '--user', POSTGRES_NAME];
  const target = ['--plugin', 'postgres12', ...place, '--database', database];
  const steps = [
    ['create-database'],
    // Makes the tables in which the tool keeps the version; a schema that is newer stays as it is.
    ['setup-schema', '--version', '0.0'],
    ['update-schema', '--schema-name', schema],
  ];
  for (const step of steps) {
    const line = { command: sqlToolProgram().target, args: [...target, ...step] };
    await runToEnd(line, { env: { SQL_PASSWORD: password } });
  }
}
