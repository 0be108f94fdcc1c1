/** Submits a job inside a transaction of the application: committed it runs, rolled back it never was. */
import { connect, defineJob, enqueue, startNode, startOrchestrator } from 'holdfast';
import pg from 'pg';
import { z } from 'zod';

const welcome = defineJob({
  kind: 'welcome',
  pool: 'enqueue',
  input: z.object({ name: z.string() }),
  run: ({ name }) => `Welcome, ${name}`,
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'enqueue-1', pool: welcome.pool, jobs: [welcome] });
const holdfast = await connect();
const db = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
await db.connect();

await db.query('begin');
// … the application's own statements …
const ada = await enqueue(db, welcome, { name: 'Ada' });
await db.query('commit');
console.log(await holdfast.jobs.result(ada));

await db.query('begin');
const nobody = await enqueue(db, welcome, { name: 'nobody' });
await db.query('rollback');
const why = await holdfast.jobs.result(nobody).catch((error: { code: string }) => error.code);
console.log(why);

await db.end();
await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// Welcome, Ada
// job_not_found
