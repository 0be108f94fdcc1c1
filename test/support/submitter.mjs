import { setTimeout as delay } from 'node:timers/promises';
import { connect, enqueue, enqueueMany } from 'holdfast';
import pg from 'pg';

/**
 * A client that goes on submitting jobs in every way, and writes down in its own table `calls`, in the
 * same transaction where there is one, what it has committed. It ends when its parent hangs up.
 */
const { name, seed, pool, folder, temporal, databaseUrl, mostOpen } = JSON.parse(process.argv[2]);

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
  const way = random();
  const id = `${name}-${count++}`;
  const input = { folder, ms: Math.floor(random() * 300) };
  if (way < 0.35) await bySql(id, input);
  else if (way < 0.55) await inTransaction([id], input);
  else if (way < 0.65) await inTransaction([id, `${id}b`, `${id}c`], input);
  else if (way < 0.7) return inTransaction([`${id}-undone`], input, 'rollback');
  else if (way < 0.85) await inSession(id, input);
  else await directly(id, input);
  if (random() < 0.1) await client.jobs.cancel(id).catch(() => undefined);
  // It does not know whether it has done it, and does it again.
  if (random() < 0.1) await bySql(id, input, false);
}

function write(ids) {
  return db.query('insert into calls (id) select unnest($1::text[])', [ids]);
}

/** One statement is a transaction, too. */
async function bySql(id, input, isNew = true) {
  const resources = random() < 0.5 ? { lines: 1 + Math.floor(random() * 3) } : {};
  if (random() < 0.3) resources.desks = 1;
  const options = { pool, ...(Object.keys(resources).length === 0 ? {} : { resources }) };
  const called = isNew ? 'insert into calls (id) values ($3)' : 'select $3::text';
  await db.query(
    `with called as (${called} ${isNew ? 'returning id' : 'as id'})
     select holdfast.enqueue($1, $2, id, $4) from called`,
    ['mark', input, id, options],
  );
}

async function inTransaction(ids, input, end = 'commit') {
  await db.query('begin');
  await write(ids);
  const [id] = ids;
  if (ids.length === 1) await enqueue(db, 'mark', input, { id, pool });
  else
    await enqueueMany(
      db,
      'mark',
      ids.map((each) => ({ id: each, input, pool })),
    );
  await db.query(end);
}

async function inSession(id, input) {
  await db.query('begin');
  await write([id]);
  const session = { id: name, index };
  await enqueue(db, 'mark', input, { id, pool, session });
  await db.query('commit');
  index++;
}

/** Without a transaction: committed once it was answered. */
async function directly(id, input) {
  await client.jobs.submit('mark', input, { id, pool });
  await write([id]);
}
