import pg from 'pg';
import { invalid } from '../domain/errors.ts';

/** A connection on which one statement, or one transaction, runs. */
export type Queryable = pg.Pool | pg.PoolClient;

/**
 * A pool of connections to the ledger. Nothing connects before the first query.
 *
 * @throws HoldfastError `invalid_input` when the address is not a PostgreSQL URL
 */
export function createPool(databaseUrl: string): pg.Pool {
  if (!isPostgresUrl(databaseUrl)) {
    throw invalid(
      'DATABASE_URL',
      'postgres://user:password@host:port/database',
      maskPassword(databaseUrl),
      'percent-encode what is special in the user or the password',
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

/** PostgreSQL's codes for a transaction that it ended in favour of another: deadlock, and serialisation. */
const CLASHES: readonly unknown[] = ['40P01', '40001'];
// Each time another transaction got through.
const MOST_TRIES = 5;

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. One that PostgreSQL
 * ended in favour of another is begun again, so `work` changes nothing but the database.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await tryTransaction(pool, work);
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown };
      // Without a pause: what the other one still holds is waited for anyway.
      if (tries === MOST_TRIES || !CLASHES.includes(code)) throw error;
    }
  }
}

async function tryTransaction<Result>(
  pool: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  // Between two statements nobody else hears it, and unheard it would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  tx.on('error', onError);
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch(onError);
    throw error;
  } finally {
    // A broken connection is not put back.
    if (broken === undefined) tx.off('error', onError);
    tx.release(broken);
  }
}

/**
 * The address without its password, fit for messages; also of a text that is no address at all.
 * It masks rather too much than too little: a password may hold any character, even unencoded.
 */
export function maskPassword(databaseUrl: string): string {
  return databaseUrl
    .replace(/^([^:@]*:\/+|(?![^:@]*:\/\/))([^:/@]*):.+@/s, '$1$2:***@')
    .replace(/(password\s*=\s*)('[^']*'|[^&\s]*)/gi, '$1***');
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}
