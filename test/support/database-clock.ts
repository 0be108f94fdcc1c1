import pg from 'pg';

/**
 * Gives a database a clock that {@link stepClock} can set: PostgreSQL's own functions of time, in place, so
 * that every statement and every default of the ledger reads it, and no code knows. Their bodies are single
 * expressions, which the planner puts in place of a call: a call by itself would run the built-in code.
 */
export async function giveClock(databaseUrl: string): Promise<void> {
  const replaced = Object.entries({ now: 'stable', clock_timestamp: 'volatile' }).map(
    ([name, volatility]) => `
      create function test_clock.${name}() returns timestamptz
        language internal strict ${volatility} as '${name}';
      create or replace function pg_catalog.${name}() returns timestamptz
        language sql ${volatility} as 'select test_clock.${name}() + test_clock.step()';`,
  );
  await run(
    databaseUrl,
    `create schema test_clock;
     create table test_clock.clock (step interval not null);
     insert into test_clock.clock values ('0');
     create function test_clock.step() returns interval
       language sql stable as 'select step from test_clock.clock';${replaced.join('')}`,
  );
}

/** Sets the clock forward, or back where `ms` is negative. */
export function stepClock(databaseUrl: string, ms: number): Promise<void> {
  return run(databaseUrl, `update test_clock.clock set step = step + interval '${ms} ms'`);
}

async function run(databaseUrl: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
