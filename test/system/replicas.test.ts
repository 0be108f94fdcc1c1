import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HoldfastClient } from 'holdfast';
import { connect } from 'holdfast';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';
import type { LogLine } from '../../dist/dev/holdfast-process.js';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { FleetSchedules } from '../support/schedules.ts';

const HANDLERS = fileURLToPath(new URL('../support/handlers.mjs', import.meta.url));
const FILE = `schedules:
  - {name: fast, kind: echo, pool: test, every: 2s, catchUp: every_plan, maxPlansPerTick: 5, input: "\${time}"}
  - m*.yaml
`;
/** Enough for several turns of all three. */
const RUNS = 5;

let folder: string;
let ledger: OwnDatabase;
let env: Record<string, string>;
let client: HoldfastClient | undefined;
let schedules: FleetSchedules;
const lines: LogLine[] = [];
const processes: HoldfastProcess[] = [];

const start = (...args: string[]): HoldfastProcess => {
  const onLog = (line: LogLine) => void lines.push(line);
  const started = HoldfastProcess.start({ args, env, onLog });
  processes.push(started);
  return started;
};
const logged = (msg: string) => lines.filter((line) => line.msg === msg);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-replicas-'));
  await writeFile(join(folder, 'holdfast.yaml'), FILE);
  const daily = 'name: daily\nkind: echo\npool: test\nevery: 1d\n';
  await writeFile(join(folder, 'more.yaml'), daily);
  const address = inject('temporalAddress');
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  await ensureNamespace(address, namespace);
  ledger = await ownDatabase();
  // PGlite has one session for all: there, one process migrates at a time.
  schedules = new FleetSchedules({ databaseUrl: ledger.url });
  await schedules.ledger.migrate();
  env = {
    ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: ledger.url },
    HOLDFAST_CONFIG: join(folder, 'holdfast.yaml'),
  };
  for (let n = 0; n < 3; n++) start('orchestrator', '--tick-interval', '500ms');
  start('node', '--pool', 'test', '--name', 'a', '--jobs', HANDLERS);
  await eventually(() => {
    const ended = processes.find(({ isRunning }) => !isRunning);
    if (ended !== undefined) throw new Error(`a process ended:\n${ended.lastLines}`);
    return logged('orchestrator.started').length === 3;
  });
  client = await connect({ temporal: { address, namespace }, databaseUrl: ledger.url });
});
afterAll(async () => {
  await client?.close();
  await schedules.close();
  await Promise.all(processes.map((each) => each.stop()));
  await ledger.drop();
  await rm(folder, { recursive: true });
});

test('three orchestrators that start at once seed an empty ledger once', async () => {
  expect(logged('schedules.seeded')).toEqual([expect.objectContaining({ schedules: 2 })]);
  expect((await client!.schedules.list()).map(({ name }) => name)).toEqual(['daily', 'fast']);
  for (const name of ['daily', 'fast']) {
    const revisions = await client!.schedules.revisions(name);
    expect(revisions.map(({ revision, how }) => [revision, how.split(' ')[0]])).toEqual([
      [1, 'seed'],
    ]);
  }
});

test('no time of a schedule runs twice, however many look for what is due', async () => {
  const plans = await eventually(async () => {
    const ended = (await schedules.plans('fast')).filter(({ state }) => state !== null);
    return ended.filter(({ state }) => state !== 'open').length >= RUNS && ended;
  });
  const times = plans.map(({ scope, time }) => `${scope} ${time}`);
  expect(new Set(times).size).toBe(times.length);
  for (const { state, attempts } of plans.filter((plan) => plan.state !== 'open')) {
    expect({ state, attempts }).toEqual({ state: 'succeeded', attempts: 1 });
  }
  // What the node says: each job was begun once.
  const begun = logged('attempt.started').map(({ job }) => String(job));
  expect(begun.length).toBeGreaterThanOrEqual(RUNS);
  expect(new Set(begun).size).toBe(begun.length);
});

test('a ledger that ever had a schedule is left as it is', async () => {
  await client!.schedules.remove('daily');
  await client!.schedules.remove('fast');
  const before = logged('orchestrator.started').length;
  start('orchestrator');
  await eventually(() => logged('orchestrator.started').length > before);
  expect(await client!.schedules.list()).toEqual([]);
  expect(logged('schedules.seeded')).toHaveLength(1);
});
