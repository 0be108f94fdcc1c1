import pg from 'pg';
import { HoldfastError } from '../domain/errors.ts';

/** A connection on which one statement, or one transaction, runs. */
export type Queryable = pg.Pool | pg.PoolClient;

/**
 * A pool of connections to the ledger. Nothing connects before the first query.
 *
 * @throws HoldfastError `invalid_input` when the address is not a PostgreSQL URL
 */
export function createPool(databaseUrl: string): pg.Pool {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new HoldfastError(
      'invalid_input',
      `DATABASE_URL: expected postgres://user:password@host:port/database, got ${JSON.stringify(maskPassword(databaseUrl))}`,
    );
  }
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'holdfast',
    max: 10,
    // Under the 3 s that a workflow gives a ledger call before it goes the slow, patient way.
    connectionTimeoutMillis: 2_500,
    query_timeout: 20_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch((rollbackError: unknown) => {
      broken = rollbackError as Error;
    });
    throw error;
  } finally {
    // A connection whose rollback failed is not put back.
    tx.release(broken);
  }
}

/** The address without its password, fit for messages. */
export function maskPassword(databaseUrl: string): string {
  return databaseUrl.replace(/(\/\/[^:/@]*):[^@]*@/, '$1:***@');
}
