import { setTimeout as delay } from 'node:timers/promises';
import { connect, enqueue, enqueueMany } from 'holdfast';
import pg from 'pg';

/**
 * A client that goes on submitting jobs in every way. The table `calls` has what was committed: by a
 * trigger on the outbox, or written here. It ends when its parent hangs up. A `share` of what it
 * enqueues is in transactions of several statements.
 */
const { name, seed, pool, folder, temporal, databaseUrl, mostOpen, share } = JSON.parse(
  process.argv[2],
);

let state = seed;
/** From 0 up to, but not, 1: the same numbers for the same seed. */
function random() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

let isOver = false;
process.on('disconnect', () => (isOver = true));

let count = 0;
let index = 0;
const recent = [];
let db = await connected();
const client = await connect({ temporal, databaseUrl });
while (!isOver) {
  await delay(random() * 60);
  if (await isFull()) continue;
  try {
    await submitOne();
  } catch (error) {
    // A server ends a transaction of ours that was frozen; then nothing was committed.
    process.stderr.write(`${name}: ${String(error)}\n`);
    await db.end().catch(() => undefined);
    db = await connected();
  }
}
await client.close();
await db.end();

async function connected() {
  const made = new pg.Client({ connectionString: databaseUrl });
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

async function isFull() {
  try {
    const { rows } = await db.query(
      `select (select count(*) from holdfast.jobs where state = 'open')::int
            + (select count(*) from holdfast.outbox)::int as count`,
    );
    return rows[0].count >= mostOpen;
  } catch {
    db = await connected();
    return true;
  }
}

async function submitOne() {
  const id = `${name}-${count++}`;
  const input = { folder, ms: Math.floor(random() * 300) };
  const way = random();
  if (way < 0.1)
    return atOnce(() => enqueue(db, 'mark', input, { id: `${id}-undone`, pool }), 'rollback');
  if (way < 0.25) await directly(id, input);
  else if (random() < share) await atOnce(() => enqueueSome(way, id, input));
  else await enqueueSome(way, id, input);
  recent.unshift(id);
  // It does not know whether it has done it, and does it again.
  if (random() < 0.1) await bySql(id, input);
  if (random() < 0.2) await client.jobs.cancel(recent.at(-1)).catch(() => undefined);
  recent.splice(4);
}

/** In a transaction of several statements. */
async function atOnce(work, end = 'commit') {
  await db.query('begin');
  await work();
  await db.query(end);
}

/** By one statement, whose transaction it is where there is no other. */
async function enqueueSome(way, id, input) {
  if (way < 0.5) return bySql(id, input);
  if (way < 0.7) return enqueue(db, 'mark', input, { id, pool });
  if (way < 0.85)
    return enqueue(db, 'mark', input, { id, pool, session: { id: name, index: index++ } });
  const ids = [id, `${id}b`, `${id}c`];
  return enqueueMany(
    db,
    'mark',
    ids.map((each) => ({ id: each, input, pool })),
  );
}

async function bySql(id, input) {
  const lines = random() < 0.5 ? { lines: 1 + Math.floor(random() * 3) } : {};
  const desks = random() < 0.3 ? { desks: 1 } : {};
  const options = { pool, resources: { ...lines, ...desks } };
  await db.query('select holdfast.enqueue($1, $2, $3, $4)', ['mark', input, id, options]);
}

/** Without a transaction: committed once it was answered. */
async function directly(id, input) {
  await client.jobs.submit('mark', input, { id, pool });
  await db.query('insert into calls (id) values ($1) on conflict do nothing', [id]);
}
