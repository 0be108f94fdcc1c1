import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Embedded } from '../../dist/dev/embedded.js';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { Fleet } from '../support/fleet.ts';

/** How long the ledger is away; `npm run soak` sets three minutes. */
const LEDGER_OUTAGE_MS = Number(process.env['HOLDFAST_TEST_OUTAGE_MS'] ?? 8_000);
const JOBS = 24;

describe('when a part of the system is killed in the middle of a run', () => {
  let dataDir: string;
  let embedded: Embedded;
  let fleet: Fleet;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-outage-'));
    embedded = await startEmbedded({ dataDir, webUi: false });
  });
  afterAll(async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fleet = await Fleet.start({
      temporalAddress: embedded.temporal.address,
      databaseUrl: embedded.databaseUrl,
    });
    await fleet.startNode('a', ['--slots', '4']);
    await fleet.startNode('b', ['--slots', '4']);
  });
  afterEach(() => fleet.stop());

  test('the orchestrator: a new one finishes every job, none accepted twice', async () => {
    const jobs = await submitHeld(fleet);
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    await fleet.open('all');
    await fleet.startOrchestrator();
    await expectAllDoneOnce(fleet, jobs);
  });

  test('the Temporal server: after its restart every job finishes, none accepted twice', async () => {
    const jobs = await submitHeld(fleet);
    await embedded.restartTemporal('SIGKILL');
    await fleet.open('all');
    await expectAllDoneOnce(fleet, jobs);
  });

  test(
    'PostgreSQL: when it is back every job finishes, none accepted twice',
    async () => {
      const jobs = await submitHeld(fleet);
      await embedded.stopLedger();
      await fleet.open('all');
      const waiting = await submitHeld(fleet);
      await delay(LEDGER_OUTAGE_MS);
      await fleet.logged('ledger.waiting');
      await fleet.logged('alert.raised', { alert: 'ledger_unavailable' });
      await embedded.startLedger();
      await expectAllDoneOnce(fleet, [...jobs, ...waiting]);
      await fleet.logged('alert.cleared', { alert: 'ledger_unavailable' });
    },
    LEDGER_OUTAGE_MS + 180_000,
  );
});

/** Jobs of which some run, held at a gate, and the rest wait for a slot. */
async function submitHeld(fleet: Fleet): Promise<JobHandle<unknown>[]> {
  const jobs = await Promise.all(
    Array.from({ length: JOBS }, () =>
      fleet.client.jobs.submit('hold', fleet.hold('all'), { pool: fleet.pool, heartbeat: '3s' }),
    ),
  );
  await fleet.logged('attempt.started');
  return jobs;
}

async function expectAllDoneOnce(fleet: Fleet, jobs: JobHandle<unknown>[]): Promise<void> {
  for (const job of jobs) {
    const result = (await job.result()) as { epoch: number };
    const { state, attempts } = await job.get();
    expect(state).toBe('succeeded');
    expect(attempts.find(({ epoch }) => epoch === result.epoch)?.outcome).toBe('succeeded');
    // Each line is a commit to the ledger; one that was killed after its commit has logged none.
    expect(fleet.find('job.closed', { job: job.id }).length).toBeLessThanOrEqual(1);
  }
}
