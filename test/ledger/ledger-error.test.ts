import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fatalMessage } from '../../src/dev/pg-frames.ts';
import { HoldfastError } from '../../src/domain/errors.ts';
import { ledgerError } from '../../src/ledger/ledger-error.ts';
import { openLedger } from '../../src/ledger/ledger.ts';

const url = 'postgres://ada:s3cret@db.example:5432/app';

/** A server on a free port; answers its port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function failureAt(databaseUrl: string): Promise<HoldfastError> {
  const ledger = openLedger(databaseUrl);
  try {
    return await ledger.findJob('a').then(
      () => expect.fail('the ledger answered'),
      (error: HoldfastError) => error,
    );
  } finally {
    await ledger.close();
  }
}

describe('ledgerError', () => {
  it('names the address without its password, the reason and the code, and keeps the cause', () => {
    const cause = Object.assign(new Error('no such thing'), { code: '42704' });
    expect(ledgerError(cause, url)).toMatchObject({
      code: 'ledger_unavailable',
      message: 'ledger at postgres://ada:***@db.example:5432/app: no such thing',
      details: { code: '42704' },
      hint: undefined,
      cause,
      retryable: true,
    });
  });

  it('passes on an error of our own', () => {
    const ours = new HoldfastError('ledger_schema_newer', 'newer');
    expect(ledgerError(ours, url)).toBe(ours);
  });

  it('gives every reason of a host with several addresses', () => {
    const error = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]);
    expect(ledgerError(error, url).message).toMatch(/: ::1 refused; 127\.0\.0\.1 refused$/);
  });

  it.each(['a text', undefined, null, 5])('bears %j, which is no error', (thrown) => {
    expect(ledgerError(thrown, url)).toMatchObject({ code: 'ledger_unavailable', hint: undefined });
  });
});

describe('a ledger', () => {
  it.each([
    [
      '28P01',
      'password authentication failed for user "ada"',
      'check the password in DATABASE_URL',
    ],
    ['28000', 'role "ada" does not exist', 'check the user in DATABASE_URL'],
    [
      '3D000',
      'database "app" does not exist',
      'create the database, or check its name in DATABASE_URL',
    ],
    ['53300', 'sorry', 'raise max_connections of PostgreSQL: each of our processes uses up to 10'],
    ['57P03', 'starting up', 'is PostgreSQL up? `holdfast dev` starts an embedded one'],
    ['42501', 'permission denied', 'grant the user the right to use the schema holdfast'],
  ])('that refuses us with %s says why and what to do', async (code, why, hint) => {
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(fatalMessage(code, why)));
      }),
    );
    expect(await failureAt(`postgres://ada:s3cret@127.0.0.1:${port}/app`)).toMatchObject({
      code: 'ledger_unavailable',
      message: `ledger at postgres://ada:***@127.0.0.1:${port}/app: ${why}`,
      details: { code },
      hint,
    });
  });

  it('where nobody listens says so and what to do', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await failureAt(`postgres://ada:s3cret@${host}:${port}/app`)).toMatchObject({
        code: 'ledger_unavailable',
        message: expect.stringMatching(
          new RegExp(`^ledger at postgres://ada:\\*{3}@${host}:${port}/app: .*ECONNREFUSED`),
        ) as string,
        hint: 'is PostgreSQL up? `holdfast dev` starts an embedded one',
      });
    }
  });

  it('that takes the connection and never speaks is given up, with a hint', async () => {
    const port = await listening(createServer((socket) => socket.on('error', () => undefined)));
    const begun = performance.now();
    const error = await failureAt(`postgres://ada:s3cret@127.0.0.1:${port}/app`);
    expect(error).toMatchObject({
      code: 'ledger_unavailable',
      hint: 'is PostgreSQL up? `holdfast dev` starts an embedded one',
    });
    expect(error.message).toMatch(/timeout/);
    // The workflow gives a ledger call 3 s before it goes the slow, patient way.
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('that is closed says so instead of waiting', async () => {
    const ledger = openLedger(url);
    await ledger.close();
    await expect(ledger.findJob('a')).rejects.toMatchObject({ code: 'ledger_unavailable' });
  });
});
