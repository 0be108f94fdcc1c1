import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerServer } from '../../dist/dev/ledger-server.js';
import { isProcessAlive } from '../../dist/dev/process-alive.js';
import { eventually } from '../support/eventually.ts';
import { afterwards, Program, temporaryFolder } from './support.ts';

interface Started {
  readonly ledger: LedgerServer;
  readonly url: string;
  readonly lost: string[];
}

async function start(dataDir?: string): Promise<Started> {
  const lost: string[] = [];
  const ledger = await LedgerServer.start({
    dataDir: dataDir ?? (await temporaryFolder()),
    port: await getPort(),
    ephemeral: dataDir === undefined,
    onLost: (message) => lost.push(message),
  });
  afterwards(() => ledger.stop());
  return { ledger, url: ledger.databaseUrl, lost };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on('error', () => {});
  await client.connect();
  afterwards(() => client.end());
  return client;
}

async function query(url: string, text: string, values?: unknown[]): Promise<unknown[]> {
  const client = await connect(url);
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded ledger', () => {
  it('keeps its data over a stop and a start', async () => {
    const dataDir = await temporaryFolder();
    const first = await start(dataDir);
    await query(first.url, "create table kept as select 'x' as what");
    await first.ledger.stop();
    const second = await start(dataDir);
    expect(await query(second.url, 'select * from kept')).toEqual([{ what: 'x' }]);
  });

  it('keeps what was committed when it is killed, and tells of its end', async () => {
    const dataDir = await temporaryFolder();
    const first = await start(dataDir);
    await query(first.url, "create table kept as select 'x' as what");
    process.kill(first.ledger.pid!, 'SIGKILL');
    await eventually(() => first.lost.length > 0);
    expect(first.lost).toEqual(['the embedded ledger ended by itself (SIGKILL)']);
    const second = await start(dataDir);
    expect(await query(second.url, 'select * from kept')).toEqual([{ what: 'x' }]);
  });

  it('cuts clients off and refuses new ones while closed, then goes on with the same data', async () => {
    const { ledger, url } = await start();
    const client = await connect(url);
    await client.query("create table kept as select 'x' as what");
    const cut = new Promise((resolve) => client.once('end', resolve));
    await ledger.close();
    await cut;
    await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
    await ledger.open();
    expect(await query(url, 'select * from kept')).toEqual([{ what: 'x' }]);
  });

  it('rolls back what was open when it was closed', async () => {
    const { ledger, url } = await start();
    await query(url, 'create table held (v int)');
    const client = await connect(url);
    await client.query('begin');
    await client.query('insert into held values (1)');
    await ledger.close();
    await ledger.open();
    expect(await query(url, 'select * from held')).toEqual([]);
  });

  it('stops, and stopping again has no effect', async () => {
    const { ledger, lost } = await start();
    await ledger.stop();
    expect(isProcessAlive(ledger.pid!)).toBe(false);
    await ledger.stop();
    expect(lost).toEqual([]);
  });

  it('says why it does not start, with the end of its log', async () => {
    const taken = await start();
    const options = { dataDir: await temporaryFolder(), ephemeral: true, onLost: () => {} };
    const port = Number(new URL(taken.url).port);
    await expect(LedgerServer.start({ ...options, port })).rejects.toMatchObject({
      code: 'embedded_failed',
      message: expect.stringMatching(/EADDRINUSE[^]*ledger\.log/) as string,
      hint: expect.stringContaining('DATABASE_URL') as string,
    });
  });
});

describe('a client of the embedded ledger', () => {
  let url: string;
  let ledger: LedgerServer;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-dev-'));
    const port = await getPort();
    ledger = await LedgerServer.start({ dataDir, port, ephemeral: true, onLost: () => {} });
    url = ledger.databaseUrl;
  });

  beforeEach(() => query(url, 'drop table if exists held; create table held (v int)'));

  afterAll(async () => {
    await ledger.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  it('killed inside a transaction is rolled back and does not block the next', async () => {
    const program = new Program('transaction-client.mjs', url);
    expect(await program.says()).toBe('open');
    const waiting = query(url, 'select count(*)::int as rows from held');
    await program.kill();
    expect(await waiting).toEqual([{ rows: 0 }]);
  });

  it('frozen inside a transaction is thrown out, rolled back, and does not block the next', async () => {
    const program = new Program('transaction-client.mjs', url);
    expect(await program.says()).toBe('open');
    program.process.kill('SIGSTOP');
    expect(await query(url, 'select count(*)::int as rows from held')).toEqual([{ rows: 0 }]);
    program.process.kill('SIGCONT');
    expect(await program.says()).toMatch('idle-in-transaction timeout');
  });

  it('killed after an error in the middle of a batch does not swallow the next one’s query', async () => {
    const program = new Program('broken-batch-client.mjs', url);
    expect(await program.says()).toBe('refused');
    const waiting = query(url, 'select $1::int as answer', [42]);
    await program.kill();
    expect(await waiting).toEqual([{ answer: 42 }]);
  });

  it('never gets its large statements mixed up with those of others', async () => {
    await query(url, 'create table a (v int, p text); create table b (v int, p text)');
    // Larger than a TCP packet, so that statements arrive in pieces.
    const large = 'x'.repeat(200_000);
    await Promise.all(
      [0, 1, 2, 3].map(async (number) => {
        const client = await connect(url);
        const text = `insert into ${number % 2 === 0 ? 'a' : 'b'} (v, p) values ($1, $2)`;
        for (let turn = 0; turn < 50; turn++) await client.query(text, [number % 2, large]);
      }),
    );
    const counts =
      'select (select count(*)::int from a where v = 0) as a, (select count(*)::int from b where v = 1) as b';
    expect(await query(url, counts)).toEqual([{ a: 100, b: 100 }]);
  });

  it('sees its transaction whole while others want in', async () => {
    await query(url, 'create table counter as select 0 as v');
    await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const client = await connect(url);
        for (let turn = 0; turn < 20; turn++) {
          await client.query('begin');
          const { rows } = await client.query<{ v: number }>('select v from counter');
          await client.query('update counter set v = $1', [rows[0]!.v + 1]);
          await client.query('commit');
        }
      }),
    );
    expect(await query(url, 'select v from counter')).toEqual([{ v: 80 }]);
  });

  it('is told that it cannot COPY data in, and the ledger goes on', async () => {
    await query(url, 'create table t (v int)');
    await expect(query(url, 'copy t from stdin')).rejects.toThrow('takes no data from the client');
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('beyond the fiftieth is refused in words', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect(url)));
    await expect(connect(url)).rejects.toThrow('too many clients');
    await clients[0]!.end();
    await eventually(() =>
      connect(url).then(
        () => true,
        () => false,
      ),
    );
  });
});
