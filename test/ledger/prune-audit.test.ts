import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RETENTION_DEFAULTS } from '../../src/domain/retention.ts';
import { endAudit, listAudit, startAudit } from '../../src/ledger/audit.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { prune } from '../../src/ledger/prune.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

// Of its own: the clean-up would take what other tests have.
let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});
beforeEach(() => pool.query('truncate holdfast.audit'));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const NOTHING = { jobs: 0, attempts: 0, payloads: 0, fences: 0, audit: 0 };

/** Every entry is old enough, unless it is given otherwise. */
async function cleanUp({ auditMs = -1 } = {}, limit = 100) {
  return prune(pool, { ...RETENTION_DEFAULTS, auditMs }, limit);
}

describe('the audit', () => {
  const record = async (days: number, outcome?: string) => {
    const entry = { who: 'ci', role: undefined, what: 'POST /v1/sweep', target: undefined };
    const id = await startAudit(pool, entry);
    if (outcome !== undefined) await endAudit(pool, id, { outcome });
    await pool.query(`update holdfast.audit set at = now() - $2 * interval '1 day' where id = $1`, [
      id,
      days,
    ]);
    return id;
  };
  const kept = async () => (await listAudit(pool, { limit: 10 })).map(({ id }) => id);

  it('is kept for 400 days unless another time is given', async () => {
    await record(401, 'done');
    const [year, today] = [await record(399, 'done'), await record(0)];
    expect(await prune(pool, RETENTION_DEFAULTS, 100)).toEqual({ ...NOTHING, audit: 1 });
    expect(await kept()).toEqual([today, year]);
    expect(await cleanUp({ auditMs: 86_400_000 })).toEqual({ ...NOTHING, audit: 1 });
    expect(await kept()).toEqual([today]);
    expect(await cleanUp({ auditMs: Infinity })).toEqual(NOTHING);
    expect(await cleanUp()).toEqual({ ...NOTHING, audit: 1 });
  });

  it('goes in batches, the oldest first, also what never ended', async () => {
    const young = await record(1);
    await record(3);
    const old = await record(2, 'internal');
    expect(await cleanUp({}, 1)).toEqual({ ...NOTHING, audit: 1 });
    expect(await kept()).toEqual([old, young]);
    expect(await cleanUp({}, 5)).toEqual({ ...NOTHING, audit: 2 });
  });

  it('is found by its time along an index', async () => {
    await pool.query(
      `insert into holdfast.audit (at, who, what)
       select now() - interval '1 minute' * n, 'ci', 'POST /v1/sweep' from generate_series(1, 20000) n`,
    );
    await pool.query('analyze holdfast.audit');
    let plan: unknown;
    const query = async (text: string, values: unknown[]) => {
      if (!text.includes('holdfast.audit')) return pool.query(text, values);
      plan = (await pool.query(`explain ${text}`, values)).rows;
      return { rows: [], rowCount: 0 };
    };
    await prune({ query } as typeof pool, RETENTION_DEFAULTS, 500);
    expect(JSON.stringify(plan)).toContain('Index Scan using audit_at');
  });
});
