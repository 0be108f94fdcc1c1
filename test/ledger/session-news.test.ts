import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { closeSession } from '../../src/ledger/close-session.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { listenToSessions } from '../../src/ledger/session-news.ts';
import { eventually } from '../support/eventually.ts';
import { isOnPglite } from '../support/own-database.ts';
import { interfereAt } from './cutting-proxy.ts';
import { fillAt, openAt, story } from './played-session.ts';
import { unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
const isPglite = await isOnPglite();
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

function listen(on = pool) {
  const heard: string[] = [];
  const news = listenToSessions(on, (id) => heard.push(id));
  onTestFinished(() => news.close());
  return { news, heard };
}

describe.skipIf(isPglite)('news of sessions', () => {
  it('comes for each session that releases something, and for no other', async () => {
    const { news, heard } = listen();
    await eventually(() => news.isHeard());
    const [id, other] = [unique('session'), unique('session')];
    await fillAt(pool, other, 1);
    await openAt(pool, id, 0);
    await fillAt(pool, id, 1);
    expect(heard).not.toContain(id);
    await fillAt(pool, unique('session'), 0);
    await fillAt(pool, other, 0);
    await eventually(() => heard.includes(other));
    expect(heard).not.toContain(id);
  });

  it('comes when a session is closed', async () => {
    const { news, heard } = listen();
    await eventually(() => news.isHeard());
    const id = unique('session');
    await createSession(pool, id, { skipAfterMs: undefined, isStrict: false });
    await closeSession(pool, id, 3);
    await eventually(() => heard.includes(id));
  });

  it('comes again after its connection was lost, which it knows of', async () => {
    const { news, heard } = listen();
    await eventually(() => news.isHeard());
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query like 'listen%' and datname = current_database()`,
    );
    await eventually(() => !news.isHeard());
    await eventually(() => news.isHeard());
    const id = unique('session');
    await fillAt(pool, id, 0);
    await eventually(() => heard.includes(id));
  });
});

describe('a listener', () => {
  it.runIf(isPglite)('knows that PGlite delivers nothing', async () => {
    const proxy = await interfereAt(inject('databaseUrl'), 'pg_notify', async () => {});
    const through = createPool(proxy.url);
    const { news, heard } = listen(through);
    onTestFinished(() => through.end().then(() => proxy.close()));
    await eventually(() => proxy.count() > 0);
    const id = unique('session');
    await fillAt(through, id, 0);
    expect(await story(pool, id)).toEqual([0]);
    expect(news.isHeard()).toBe(false);
    expect(heard).toEqual([]);
  });

  it('waits for a ledger that is away, and can be closed meanwhile', async () => {
    const away = createPool(`postgres://postgres@127.0.0.1:${await getPort()}/postgres`);
    const { news } = listen(away);
    expect(news.isHeard()).toBe(false);
    await news.close();
    await news.close();
    expect(news.isHeard()).toBe(false);
    await away.end();
  });

  it('can be closed while it connects', async () => {
    const { news } = listen();
    await news.close();
    expect(news.isHeard()).toBe(false);
  });
});
