import type { Swept } from 'holdfast';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { terminate } from '../support/temporal.ts';

const temporalAddress = inject('temporalAddress');
/** In a new namespace the server's scheduler takes its time to come up. */
const SCHEDULER_MS = 240_000;

let db: pg.Client | undefined;
let fleet: Fleet;

async function start(...flags: string[]): Promise<void> {
  fleet = await Fleet.start({ temporalAddress }, flags);
  db = new pg.Client({ connectionString: fleet.databaseUrl });
  await db.connect();
}

async function stop(): Promise<void> {
  await db?.end();
  await fleet.stop();
}

/** A job that no node takes and whose workflow was ended by force; it was opened a minute ago. */
async function orphan(): Promise<string> {
  const { id } = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool });
  const isOpen = `update holdfast.jobs set opened_at = now() - interval '1 minute'
    where id = $1 and state = 'open'`;
  await eventually(async () => (await db?.query(isOpen, [id]))?.rowCount === 1);
  await terminate(fleet.namespace, jobWorkflowId(id));
  return id;
}

test('orchestrators sweep by one schedule, and say so when there was much to do', async () => {
  await start('--sweep-interval', '1s', '--sweep-alarm-above', '1');
  try {
    await fleet.startOrchestrator();
    const ids = await Promise.all([orphan(), orphan()]);
    const isSwept = (job: string) => fleet.find('sweep.recovered', { job, strategy: 'orphan' })[0];
    for (const job of ids) await eventually(() => isSwept(job), SCHEDULER_MS);
    for (const id of ids)
      expect(await fleet.client.jobs.get(id)).toMatchObject({ state: 'failed' });
    await fleet.logged('sweep.ended');
    for (const job of ids) expect(fleet.find('sweep.recovered', { job })).toHaveLength(1);
  } finally {
    await stop();
  }
}, 300_000);

test('an orchestrator sweeps when it starts', async () => {
  await start('--sweep-interval', '3650d', '--sweep-alarm-above', '0');
  try {
    const job = await orphan();
    await fleet.orchestrator.stop();
    await fleet.startOrchestrator();
    await fleet.logged('sweep.recovered', { job });
    expect(await fleet.client.jobs.get(job)).toMatchObject({ state: 'failed' });
  } finally {
    await stop();
  }
});

test('holdfast sweep lists what it would do, and then does it', async () => {
  await start('--sweep-interval', '3650d');
  try {
    // The sweep of the start shall find nothing.
    const hasSwept = 'select 1 from holdfast.sweep_state where swept_at is not null';
    await eventually(async () => (await db?.query(hasSwept))?.rowCount === 1);
    const env = {
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    const id = await orphan();
    const dry = await runHoldfast(['sweep', '--dry-run', '--json'], { env });
    expect(dry).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(dry.stdout) as Swept).toMatchObject({
      isDryRun: true,
      strategies: { orphan: { recovered: 1 }, pending: { recovered: 0 } },
      recoveries: [{ strategy: 'orphan', job: id, generation: 1 }],
    });
    expect(await fleet.client.jobs.get(id)).toMatchObject({ attemptCount: 0, closedAt: undefined });
    const real = await runHoldfast(['sweep'], { env });
    expect(real.stdout).toContain(`orphan: job ${id}: its workflow was over (terminated)`);
    expect(real.stdout).toMatch(/^orphan +\d+ +1$/m);
    expect(await fleet.client.jobs.get(id)).toMatchObject({ state: 'failed' });
  } finally {
    await stop();
  }
});
